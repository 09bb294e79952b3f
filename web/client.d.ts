/** The script of the pages, as scripts/client.ts makes it. */
declare module 'virtual:client' {
  export const clientSource: string
  /** Where it is served; the name changes with the content. */
  export const clientPath: string
}

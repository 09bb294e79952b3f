/** The scripts of the pages, as scripts/client.ts makes them. */
declare module 'virtual:client' {
  /** Where the one that every page loads is served; the name changes with the content. */
  export const clientPath: string
  /** All of them, by the paths at which they are served. */
  export const scripts: Record<string, string>
}

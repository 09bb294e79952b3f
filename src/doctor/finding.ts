/** Something that is not well with a server, and what its operator can do about it. */
export interface Finding {
  check: Check
  finding: string
  advice: string
}

/** What is looked at, in this order. */
export const checks = ['runtime', 'configuration', 'folder', 'space', 'database', 'counts', 'clock', 'reach'] as const
export type Check = (typeof checks)[number]

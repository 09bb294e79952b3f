import type { Settings } from '#src/question/wire.ts'

/** What the owner's page needs to know of the question. */
export interface OwnedQuestion {
  id: string
  title: string
  description: string
  open: boolean
  closesAt: string | null
  closedAt: string | null
  settings: Settings
  decided: boolean
}

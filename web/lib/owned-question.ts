import type { Level, Settings } from '#src/question/wire.ts'

/** What the owner's page needs to know of the question. */
export interface OwnedQuestion {
  id: string
  title: string
  description: string
  open: boolean
  closesAt: string | null
  closedAt: string | null
  opensAt: string | null
  ideasUntil: string | null
  votesFrom: string | null
  votesUntil: string | null
  /** The zone that its times are told in; null for each reader's own. */
  timeZone: string | null
  settings: Settings
  /** The levels that this server can give to people. */
  levels: readonly Level[]
  decided: boolean
}

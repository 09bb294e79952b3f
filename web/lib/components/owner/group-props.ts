import type { Failure } from '#lib/failure.ts'
import type { OwnedQuestion } from '#lib/owned-question.ts'

/** What every group of settings is given. */
export interface GroupProps {
  question: OwnedQuestion
  /** Which section was saved just now. */
  saved: string | null
  failure: Failure | null
}

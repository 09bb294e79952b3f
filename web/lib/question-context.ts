import { createContext } from 'svelte'
import type { Failure } from './failure.ts'
import type { QuestionPage } from './question-page.ts'

/** What every part of a question's page may need to know. */
export interface QuestionContext {
  readonly question: QuestionPage
  readonly failure: Failure | null
  /** Whether a contribution has to ask for a name, because none was given yet. */
  readonly asksName: boolean
  /** Where a form goes: the verb, the page as the reader arranged it, and where to land without script. */
  action: (verb: string, anchor?: string) => string
  /** The page as the reader arranged it, with the comments before one of them, or with the newest. */
  discussion: (before: string | null) => string
}

export const [questionContext, provideQuestion] = createContext<QuestionContext>()

import { createContext } from 'svelte'
import { arrangement, type Place } from './arrangement.ts'
import type { Failure } from './failure.ts'
import type { IdeaRow, QuestionPage } from './question-page.ts'

/** What every part of a question's page may need to know. All addresses keep the page as the reader arranged it. */
export interface QuestionContext {
  readonly question: QuestionPage
  readonly failure: Failure | null
  /** Whether a contribution has to ask for a name, because none was given yet. */
  readonly asksName: boolean
  /** Where a form goes: the verb, where to land without script, and what the page must show then. */
  action: (verb: string, anchor?: string, place?: Place) => string
  /** What the page must show after a form on an idea: nothing in particular while it shows all that there is. */
  placeOf: (idea: IdeaRow, argument?: string) => Place
  /** Where an idea stands, here or in another stretch. */
  ideaAt: (idea: string) => string
  /** The page with the stretch that begins at a place. */
  from: (first: number) => string
  /** The page with the comments before one of them, or with the newest. */
  discussion: (before: string | null) => string
}

const [questionContext, setContext] = createContext<QuestionContext>()
export { questionContext }

/** Gives the parts of a page what they need to know. @param page as it stands now */
export function provideQuestion(
  page: () => {
    url: { pathname: string; searchParams: Iterable<[string, string]> }
    question: QuestionPage
    failure: Failure | null
  },
): QuestionContext {
  const searchWith = (changes: Parameters<typeof arrangement>[2]) => {
    const { url, question } = page()
    return arrangement(url.searchParams, question, changes)
  }
  const addressWith = (changes: Parameters<typeof arrangement>[2]) => {
    const search = searchWith(changes)
    return `${page().url.pathname}${search && `?${search}`}`
  }
  return setContext({
    get question() {
      return page().question
    },
    get failure() {
      return page().failure
    },
    get asksName() {
      const { me, settings } = page().question
      if (settings.names === 'hidden') return false
      return !me.takesPart || (me.name === null && settings.names === 'required')
    },
    action(verb, anchor, place = {}) {
      const search = searchWith({ place })
      return `?/${verb}${search && `&${search}`}${anchor ? `#${anchor}` : ''}`
    },
    placeOf(idea, argument) {
      const { stretch } = page().question
      const isPart = stretch.total > stretch.size
      const isCut = [idea.pros, idea.cons].some(({ shown, total }) => shown.length < total)
      return { ...(isPart && { idea: idea.id }), ...(argument !== undefined && isCut && { argument }) }
    },
    ideaAt(idea) {
      const isHere = page().question.ideas.some(({ id }) => id === idea)
      return `${isHere ? '' : addressWith({ place: { idea } })}#idea-${idea}`
    },
    from: (first) => addressWith({ from: first }),
    discussion: (before) => `${addressWith({ before })}#discussion`,
  })
}

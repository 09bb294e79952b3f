import type { Failure } from './failure.ts'
import type { QuestionPage } from './question-page.ts'

/**
 * What somebody typed into a form that is no longer on the page when it is refused: the question closed meanwhile, the
 * owner switched something off, or the idea is gone. @returns '' when the form still holds it
 */
export function keptText(failure: Failure | null, { mayAdd, me, ideas }: QuestionPage): string {
  if (!failure?.message) return ''
  const [kind, id] = failure.form.split('-')
  const isGone =
    (kind === 'idea' && (!mayAdd.ideas || me.ideasLeft === 0)) ||
    (kind === 'argument' && !(mayAdd.arguments && ideas.some((idea) => idea.id === id))) ||
    (kind === 'comment' && !mayAdd.comments)
  const { title, description, link, text } = failure.values
  return isGone ? [title, description, link, text].filter(Boolean).join('\n\n') : ''
}

import { listLocale } from '../lib/format.ts'
import { sayNumber, type Words } from '../lib/words.ts'
import { own } from './own.ts'
import { questionOf, wordsOf } from './question.ts'

/** Who listens to the page hears what is new at most this often, in milliseconds. */
const every = 20_000
/** What comes together is told together. */
const gathering = 2_000

/** What is new and has not been told: ids as they are on the page. */
let news = { ideas: new Set<string>(), arguments: new Set<string>(), comments: new Set<string>(), votes: 0 }
let timer: ReturnType<typeof setTimeout> | undefined
let toldAt = -Infinity
let region: HTMLElement | undefined
/** What to say it with. A page that is closed has no words any more; it may show the close before that is told of. */
let words: Words | null = null

/** Makes the place that screen readers listen to; it has to be there before anything is said in it. */
export function beginAnnouncing(): void {
  region = document.createElement('p')
  region.role = 'status'
  region.className = 'heard'
  document.body.append(region)
  const root = questionOf(document)
  words = root && wordsOf(root)
}

/** Says something at once, to those who listen to the page. */
export function announce(text: string): void {
  if (region) region.textContent = text
}

/** Hears of a change that a short summary should name. */
export function hearChange(type: string, data: Record<string, unknown>): void {
  if (type === 'idea.added') news.ideas.add(`idea-${String(data.idea)}`)
  else if (type === 'argument.added') news.arguments.add(`argument-${String(data.argument)}`)
  else if (type === 'comment.added') news.comments.add(`comment-${String(data.comment)}`)
  else if (type === 'question.closed') return tellAtOnce((words) => words.refusals.question_closed)
  else if (type === 'question.advanced') return tellAtOnce((words) => words.advanced)
  else return
  tellSoon()
}

/**
 * Nobody should find out only by being refused that the question is closed, or that something else is possible now. What
 * waits to be told is told in the same breath: said a moment later it would take the place of this.
 */
function tellAtOnce(what: (words: Words) => string | undefined): void {
  clearTimeout(timer)
  tell(what)
}

export function hearVotes(more: number): void {
  if (more <= 0) return
  news.votes += more
  tellSoon()
}

function tellSoon(): void {
  timer ??= setTimeout(() => tell(), Math.max(gathering, toldAt + every - performance.now()))
}

function tell(first: (words: Words) => string | undefined = () => undefined): void {
  timer = undefined
  const root = questionOf(document)
  words = (root && wordsOf(root)) ?? words
  const { lang } = document.documentElement
  if (!words) return
  const count = (ids: Set<string>) => [...ids].filter((id) => !own.has(id)).length
  const pieces = [
    [words.newIdeas, count(news.ideas)] as const,
    [words.newArguments, count(news.arguments)] as const,
    [words.newComments, count(news.comments)] as const,
    [words.newVotes, news.votes] as const,
  ].flatMap(([forms, n]) => (n > 0 ? sayNumber(forms, n, lang) : []))
  news = { ideas: new Set(), arguments: new Set(), comments: new Set(), votes: 0 }
  const summary = new Intl.ListFormat(listLocale(lang)).format(pieces)
  const said = [first(words), summary].filter(Boolean).join(' ')
  if (said === '') return
  toldAt = performance.now()
  announce(said)
}

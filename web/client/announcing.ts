import { listLocale } from '../lib/format.ts'
import { sayNumber } from '../lib/words.ts'
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

/** Makes the place that screen readers listen to; it has to be there before anything is said in it. */
export function beginAnnouncing(): void {
  region = document.createElement('p')
  region.role = 'status'
  region.className = 'heard'
  document.body.append(region)
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
  else if (type === 'question.closed') return tellClosed()
  else if (type === 'question.advanced') return tellAdvanced()
  else return
  tellSoon()
}

/** Nobody should find it out only by being refused. */
function tellClosed(): void {
  const root = questionOf(document)
  const closed = root && wordsOf(root)?.refusals.question_closed
  if (closed) announce(closed)
}

/** Nor that something else is possible now. */
function tellAdvanced(): void {
  const root = questionOf(document)
  const advanced = root && wordsOf(root)?.advanced
  if (advanced) announce(advanced)
}

export function hearVotes(more: number): void {
  if (more <= 0) return
  news.votes += more
  tellSoon()
}

function tellSoon(): void {
  timer ??= setTimeout(tell, Math.max(gathering, toldAt + every - performance.now()))
}

function tell(): void {
  timer = undefined
  const root = questionOf(document)
  const words = root && wordsOf(root)
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
  if (pieces.length === 0) return
  toldAt = performance.now()
  announce(new Intl.ListFormat(listLocale(lang)).format(pieces))
}

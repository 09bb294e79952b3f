import type { Results, Snapshot } from '../../src/snapshot/wire.ts'
import { listLocale } from '../lib/format.ts'
import { votesByLevel } from '../lib/levels.ts'
import { voterLine } from '../lib/voters.ts'
import { sayNumber, type Forms, type Words } from '../lib/words.ts'
import { hearVotes } from './announcing.ts'
import { questionOf, wordsOf } from './question.ts'
import { holdSteady } from './steady.ts'
import { isSending } from './taps.ts'

type Tally = Pick<Snapshot['ideas'][number], 'id' | 'votes' | 'votesInRoom' | 'voters'>
export interface Tallies {
  revision: number
  counts: Snapshot['counts']
  ideas: Tally[]
}

/** The latest of what was told and no page has brought yet: by idea, and of the question. */
const latest = new Map<string, Tally & { revision: number }>()
let counts: { revision: number; counts: Snapshot['counts'] } | null = null

/** Shows tallies that were told, in place. */
export function takeTallies(told: Tallies): void {
  const at = Number(questionOf(document)?.dataset.revision)
  if (told.revision <= at) return
  counts = told
  for (const idea of told.ideas) latest.set(idea.id, { ...idea, revision: told.revision })
  const letGo = holdSteady()
  showTallies(document)
  letGo()
}

/** Puts into a page what was told since it was made. What it has already, or has newer, is forgotten. */
export function showTallies(page: Document): void {
  const root = questionOf(page)
  const words = root && wordsOf(root)
  if (!root || !words) return
  const { lang } = document.documentElement
  const at = Number(root.dataset.revision)
  for (const [id, tally] of latest)
    if (tally.revision <= at) latest.delete(id)
    // The button has shown its own vote already, and the server's sum may still be without it.
    else if (!isSending(`vote-${id}`)) showTally(root, tally, words, lang)
  if (counts && counts.revision > at) showCounts(root, counts.counts, words, lang)
}

/** Hears of the votes of others that a page brings before they were told. */
export function hearBrought(page: Document): void {
  for (const brought of page.querySelectorAll<HTMLElement>('[data-id] .votes [data-votes]')) {
    const id = brought.closest<HTMLElement>('[data-id]')?.dataset.id ?? ''
    const here = document.querySelector<HTMLElement>(`[data-id="${id}"] .votes [data-votes]`)
    if (here?.closest<HTMLElement>('[data-tally]')?.hidden === false)
      hearVotes(Number(brought.dataset.votes) - Number(here.dataset.votes))
  }
}

/** Shows the votes on a page that was made without them, to somebody who has voted. */
export function showResults(page: Document, { participants, votes, votesInRoom, ideas }: Results): void {
  const root = questionOf(page)
  const words = root && wordsOf(root)
  if (!root || !words) return
  const { lang } = document.documentElement
  for (const tally of ideas) showTally(root, tally, words, lang)
  const say = (what: string, forms: Forms, n: number, hidden = false) => {
    const said = root.querySelector<HTMLElement>(`[data-count="${what}"]`)
    if (!said) return
    said.textContent = sayNumber(forms, n, lang)
    said.hidden = hidden
  }
  say('participants', words.participants, participants)
  say('votes', words.votes, votes, ideas.length === 0)
  say('votesInRoom', words.inRoom, votesInRoom)
  showLineOfRoom(root, votesInRoom)
  for (const line of root.querySelectorAll<HTMLElement>('[data-results]'))
    line.hidden = line.dataset.results !== 'shown'
}

function showTally(root: HTMLElement, { id, votes, votesInRoom, voters }: Tally, words: Words, lang: string): void {
  if (votes === null || voters === null) return
  const section = root.querySelector(`[data-id="${id}"] .votes`)
  const said = section?.querySelector<HTMLElement>('[data-votes]')
  if (!section || !said) return
  const shown = said.closest<HTMLElement>('[data-tally]')
  if (root.isConnected && shown?.hidden === false) hearVotes(votes - Number(said.dataset.votes))
  if (shown) shown.hidden = false
  said.dataset.votes = String(votes)
  said.textContent = sayNumber(words.votes, votes, lang)
  said.hidden = votes === 0
  said.dataset.inRoom = String(votesInRoom ?? 0)
  const people = voters.first.length + voters.others
  const from = section.querySelector<HTMLElement>('[data-people]')
  if (from) {
    from.dataset.people = String(people)
    from.textContent = sayNumber(words.fromPeople, people, lang)
    from.hidden = people === votes - (votesInRoom ?? 0)
  }
  const inRoom = section.querySelector<HTMLElement>('[data-room]')
  if (inRoom) {
    inRoom.textContent = sayNumber(words.inRoom, votesInRoom ?? 0, lang)
    inRoom.hidden = !votesInRoom
  }
  const line = section.querySelector<HTMLElement>('p.voters')
  if (line) line.hidden = people === 0 && votes > 0
  const pieces = voterLine(
    {
      voters_none: () => words.nobody,
      voters_unnamed: ({ n }) => sayNumber(words.people, n, lang),
      voters_more: ({ n }) => sayNumber(words.others, n, lang),
    },
    lang,
    voters,
  )
  line?.classList.toggle('nobody', voters.first.length === 0)
  line?.replaceChildren(...pieces.map((piece) => ('name' in piece ? isolated(piece.name) : piece.words)))
  const all = section.querySelector<HTMLElement>('a[data-voters]')
  if (all) all.hidden = people < 2 || voters.others === 0
}

/** The line around what is said of the room stands only where there is something to say. */
function showLineOfRoom(root: HTMLElement, votesInRoom: number): void {
  const line = root.querySelector('[data-count="votesInRoom"]')?.closest('li')
  if (line) line.hidden = votesInRoom === 0
}

function isolated(name: string): HTMLElement {
  const bdi = document.createElement('bdi')
  bdi.textContent = name
  return bdi
}

function showCounts(root: HTMLElement, now: Snapshot['counts'], words: Words, lang: string): void {
  const say = (what: string, text: string, hidden = false) => {
    const said = root.querySelector<HTMLElement>(`[data-count="${what}"]`)
    if (!said) return
    if (said.textContent !== text) said.textContent = text
    said.hidden = hidden
  }
  if (now.participants !== null) say('participants', sayNumber(words.participants, now.participants, lang))
  say('ideas', sayNumber(words.ideas, now.ideas, lang), now.ideas === 0)
  if (now.votes !== null) say('votes', sayNumber(words.votes, now.votes, lang), now.ideas === 0)
  if (now.votesInRoom !== null) {
    say('votesInRoom', sayNumber(words.inRoom, now.votesInRoom, lang))
    showLineOfRoom(root, now.votesInRoom)
  }
  const { levels } = words
  if (levels && now.votesByLevel !== null) {
    const told = votesByLevel(now, root.dataset.gated !== undefined)
    const each = told.map(({ level, n }) => sayNumber(levels[level], n, lang))
    say('levels', new Intl.ListFormat(listLocale(lang)).format(each), told.length === 0)
  }
  say('comments', String(now.comments))
}

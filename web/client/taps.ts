import { sayNumber } from '../lib/words.ts'
import { proofHeader } from '../lib/script-header.ts'
import { prove, sendPlainly, type Challenge } from './proving.ts'
import { announce } from './announcing.ts'
import { showAgreed, showVotes, standOf, stepped } from './pressed.ts'
import { questionOf, wordsOf } from './question.ts'

/** What became of what was tapped: votes for ideas, agreement with arguments; how many, for a plain button 0 or 1. */
interface Tap {
  /** What the person asked for last, and what the server last said to be so. */
  wanted: number
  confirmed: number
  sending: boolean
  /** When the server last answered, by this page's clock. */
  settledAt: number
}

/** How many times a tap that went too fast is sent again. */
const patience = 5
/** Too fast, or nobody there at this moment: a server that is being replaced, a database that is restarted. */
const passing = new Set([429, 502, 503, 504])
/** What is no longer than a moment, in seconds. */
const moment = 10

/** By the id of the button, or of the number between two, which stays the same when the page around it is brought up to date. */
const taps = new Map<string, Tap>()

/**
 * Lets the buttons of votes and agreements answer at once. What was asked for last is sent until the server has said
 * yes to it; where it says no, the button takes it back and the reason stands beside it.
 * @param settled is called when the server has answered all that was tapped
 */
export function answerTaps(settled: () => void): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    const control = form.querySelector<HTMLElement>('button[aria-pressed], [data-value]')
    // Who has no name here yet is asked for one, once, by the form.
    if (!control || questionOf(document)?.dataset.asksName !== undefined) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const by = Number(event.submitter?.dataset.by ?? 1)
    const wanted = control.dataset.value === undefined ? 1 - standOf(control) : stepped(control, by)
    if (wanted === standOf(control)) return
    const running = taps.get(control.id)
    const tap = running?.sending === true ? running : startTap(control)
    tap.wanted = wanted
    untell(control)
    show(control.id, tap.wanted)
    if (control.dataset.value !== undefined) announce(control.textContent.trim())
    if (!tap.sending) void send(control.id, tap, settled)
  })
}

function startTap(control: HTMLElement): Tap {
  const tap = { wanted: 0, confirmed: standOf(control), sending: false, settledAt: 0 }
  taps.set(control.id, tap)
  return tap
}

/** A page that was asked for before the server answered a tap does not know of it yet. */
export function markTaps(page: Document, askedAt: number): void {
  for (const [id, { wanted, sending, settledAt }] of taps)
    if (sending || settledAt > askedAt) press(page.getElementById(id), wanted)
    else taps.delete(id)
}

/** Whether the server has not answered a tap on this button yet. */
export function isSending(id: string): boolean {
  return taps.get(id)?.sending === true
}

async function send(id: string, tap: Tap, settled: () => void): Promise<void> {
  tap.sending = true
  while (tap.wanted !== tap.confirmed) {
    const asked = tap.wanted
    const answer = await request(id, asked, tap.confirmed)
    if (answer.done) tap.confirmed = asked
    // Whoever changed their mind meanwhile is not told of what they no longer want.
    else if (tap.wanted === asked) {
      tap.wanted = tap.confirmed
      show(id, tap.confirmed)
      tell(id, answer.code)
    }
  }
  tap.sending = false
  tap.settledAt = performance.now()
  if (![...taps.values()].some(({ sending }) => sending)) settled()
}

/** @returns the code of the refusal, null when the server did not answer */
async function request(
  id: string,
  wanted: number,
  before: number,
): Promise<{ done: true } | { done: false; code: string | null }> {
  const question = questionOf(document)?.dataset.question ?? ''
  const target = id.slice(id.indexOf('-') + 1)
  const path = id.startsWith('vote-') ? `ideas/${target}/vote` : `arguments/${target}/agreement`
  const method = wanted > 0 ? 'PUT' : 'DELETE'
  const body = wanted > 1 ? JSON.stringify({ value: wanted }) : null
  let headers: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' }
  const ask = () => fetch(`/api/v1/questions/${question}/${path}`, { method, headers, body, keepalive: true })
  // Done twice is done once, so what a moment without a line swallowed may simply be sent again.
  const again = () => ask().catch(() => ask().catch(() => null))
  let answer = await again()
  // Who is asked to wait a moment need not be told: the button shows already what they want.
  for (let turn = 0; answer && passing.has(answer.status) && turn < patience; turn += 1) {
    const seconds = Number(answer.headers.get('retry-after') ?? 1)
    if (seconds > moment) break
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds * (1 + Math.random() / 2)))
    answer = await again()
  }
  let problem = await problemIn(answer)
  if (problem?.challenge) {
    const proof = await prove(problem.challenge)
    const form = document.getElementById(id)?.closest('form')
    if (proof === null && form) {
      show(id, before)
      sendPlainly(form, null)
    }
    headers = { ...headers, [proofHeader]: proof ?? '' }
    answer = await again()
    problem = await problemIn(answer)
  }
  if (answer?.ok === true) return { done: true }
  return { done: false, code: answer ? (problem?.code ?? 'internal') : null }
}

interface Problem {
  code?: string
  challenge?: Challenge
}

async function problemIn(answer: Response | null): Promise<Problem | null> {
  return answer === null || answer.ok ? null : ((await answer.json().catch(() => null)) as Problem | null)
}

/** Shows what somebody wants, and the number beside it as it then is. */
function show(id: string, wanted: number): void {
  const control = document.getElementById(id)
  if (!control || standOf(control) === wanted) return
  const before = standOf(control)
  press(control, wanted)
  if (id.startsWith('vote-')) countVotes(control, wanted - before, Number(wanted > 0) - Number(before > 0))
  else countAgreements(control, wanted - before)
}

function press(control: HTMLElement | null, wanted: number): void {
  if (control?.id.startsWith('vote-') === true) showVotes(control, wanted)
  else showAgreed(control, wanted > 0)
}

/** @param more votes, and people who vote */
function countVotes(button: HTMLElement, more: number, morePeople: number): void {
  const root = questionOf(document)
  const words = root && wordsOf(root)
  const section = button.closest('.votes')
  const said = section?.querySelector<HTMLElement>('[data-votes]')
  // Where votes are hidden, one's own alone would be shown as all there are.
  if (!words || !said || said.closest<HTMLElement>('[data-tally]')?.hidden === true) return
  const before = Number(said.dataset.votes)
  const votes = Math.max(0, before + more)
  const { lang } = document.documentElement
  said.dataset.votes = String(votes)
  said.textContent = sayNumber(words.votes, votes, lang)
  said.hidden = votes === 0
  // Names come with the server's answer; between nobody and somebody the line would say the contrary until then.
  const line = section?.querySelector<HTMLElement>('p.voters')
  const inRoom = Number(said.dataset.inRoom)
  const from = section?.querySelector<HTMLElement>('[data-people]')
  const people = Math.max(0, from ? Number(from.dataset.people) + morePeople : votes - inRoom)
  if (from) {
    from.dataset.people = String(people)
    from.textContent = sayNumber(words.fromPeople, people, lang)
    from.hidden = people === votes - inRoom
  }
  if (line) line.hidden = people === 0 && votes > 0
  if (line && (before === inRoom || people === 0))
    line.textContent = people === 0 ? words.nobody : sayNumber(words.people, people, lang)
}

function countAgreements(button: HTMLElement, more: number): void {
  const said = button.querySelector<HTMLElement>('.number')
  if (!said) return
  const agreements = Math.max(0, Number(said.dataset.agreements) + more)
  said.dataset.agreements = String(agreements)
  said.textContent = new Intl.NumberFormat(document.documentElement.lang).format(agreements)
  said.hidden = agreements === 0
}

/** Says beside the button why it was taken back; it stays until the button is tapped again. */
function tell(id: string, code: string | null): void {
  const root = questionOf(document)
  const words = root && wordsOf(root)
  const template = document.getElementById('not-sent')
  const why =
    code === null && template instanceof HTMLTemplateElement
      ? template.content.textContent
      : (words?.refusals[code ?? ''] ?? words?.refusals.internal)
  const form = document.getElementById(id)?.closest('form')
  if (!form || why === undefined) return
  const reason = document.createElement('p')
  reason.className = 'field-wrong'
  reason.role = 'alert'
  reason.dataset.once = ''
  reason.textContent = why
  form.after(reason)
}

function untell(button: HTMLElement): void {
  const told = button.closest('form')?.nextElementSibling
  if (told instanceof HTMLElement && told.dataset.once !== undefined) told.remove()
}

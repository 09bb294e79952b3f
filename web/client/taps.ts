import { sayNumber } from '../lib/words.ts'
import { proofHeader } from '../lib/script-header.ts'
import { prove, sendPlainly, type Challenge } from './proving.ts'
import { isPressed, showAgreed, showVoted } from './pressed.ts'
import { questionOf, wordsOf } from './question.ts'

/** What became of a button that was tapped: votes for ideas, agreement with arguments. */
interface Tap {
  /** What the person asked for last, and what the server last said to be so. */
  wanted: boolean
  confirmed: boolean
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

/** By the id of the button, which stays the same when the page around it is brought up to date. */
const taps = new Map<string, Tap>()

/**
 * Lets the buttons of votes and agreements answer at once. What was asked for last is sent until the server has said
 * yes to it; where it says no, the button takes it back and the reason stands beside it.
 * @param settled is called when the server has answered all that was tapped
 */
export function answerTaps(settled: () => void): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    const button = form.querySelector<HTMLButtonElement>('button[aria-pressed]')
    // Who has no name here yet is asked for one, once, by the form.
    if (!button || questionOf(document)?.dataset.asksName !== undefined) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const running = taps.get(button.id)
    const tap = running?.sending === true ? running : startTap(button)
    tap.wanted = !isPressed(button)
    untell(button)
    show(button.id, tap.wanted)
    if (!tap.sending) void send(button.id, tap, settled)
  })
}

function startTap(button: HTMLElement): Tap {
  const tap = { wanted: false, confirmed: isPressed(button), sending: false, settledAt: 0 }
  taps.set(button.id, tap)
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
    const answer = await request(id, asked)
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
async function request(id: string, pressed: boolean): Promise<{ done: true } | { done: false; code: string | null }> {
  const question = questionOf(document)?.dataset.question ?? ''
  const target = id.slice(id.indexOf('-') + 1)
  const path = id.startsWith('vote-') ? `ideas/${target}/vote` : `arguments/${target}/agreement`
  const method = pressed ? 'PUT' : 'DELETE'
  let headers: Record<string, string> = {}
  const ask = () => fetch(`/api/v1/questions/${question}/${path}`, { method, headers, keepalive: true })
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
      show(id, !pressed)
      sendPlainly(form, null)
    }
    headers = { [proofHeader]: proof ?? '' }
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

/** Shows a button as pressed or not, and the number beside it as it then is. */
function show(id: string, pressed: boolean): void {
  const button = document.getElementById(id)
  if (!button || isPressed(button) === pressed) return
  press(button, pressed)
  const more = pressed ? 1 : -1
  if (id.startsWith('vote-')) countVotes(button, more)
  else countAgreements(button, more)
}

function press(button: HTMLElement | null, pressed: boolean): void {
  if (button?.id.startsWith('vote-') === true) showVoted(button, pressed)
  else showAgreed(button, pressed)
}

function countVotes(button: HTMLElement, more: number): void {
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
  const people = Math.max(0, votes - inRoom)
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

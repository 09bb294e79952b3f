import { challengeHeader, nextHeader, proofHeader, scriptHeader } from '../lib/script-header.ts'
import { enliven } from './enliven.ts'
import { own } from './own.ts'
import { showPage } from './page.ts'
import { prove, readChallenge, sendPlainly } from './proving.ts'

/** Sends forms without loading the whole page again; each once, however often its button is pressed. */
export function sendForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (form.method !== 'post' || form.dataset.plain !== undefined) return
    event.preventDefault()
    if (form.ariaBusy === 'true') return
    form.ariaBusy = 'true'
    void send(form, event.submitter).finally(() => (form.ariaBusy = null))
  })
}

/** The keys of forms that came without one, because everyone gets the same page. */
const keys = new WeakMap<HTMLFormElement, string>()

/** Tells what is sent again from what is sent anew: the same key until the server has taken it. */
function keyOf(form: HTMLFormElement): string {
  const key = keys.get(form) ?? crypto.getRandomValues(new Uint32Array(4)).join('-')
  keys.set(form, key)
  return key
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const action = submitter?.hasAttribute('formaction') ? (submitter as HTMLButtonElement).formAction : form.action
  const data = new FormData(form, submitter)
  if (data.get('key') === '') data.set('key', keyOf(form))
  const isMultipart = form.enctype === 'multipart/form-data'
  const body = isMultipart ? data : new URLSearchParams([...data] as [string, string][])
  const headers = { accept: 'text/html', [scriptHeader]: 'form' }
  try {
    let answer = await fetch(action, { method: 'POST', body, headers })
    const challenge = readChallenge(answer.headers.get(challengeHeader))
    if (challenge) {
      const proof = await prove(challenge)
      if (proof === null) {
        sendPlainly(form, submitter)
        return
      }
      answer = await fetch(action, { method: 'POST', body, headers: { ...headers, [proofHeader]: proof } })
    }
    const next = answer.headers.get(nextHeader)
    if (next !== null) {
      keys.delete(form)
      await follow(form, new URL(next, location.href))
    }
    // What is refused comes back as this very page. An error page has no form; it would take along what was typed.
    else if (!answer.ok) tellNotSent(form, errorOn(await answer.text()))
    else await showRefused(form, await answer.text())
  } catch {
    tellNotSent(form)
  }
}

/** The page came back with what was wrong: in its summary, or as a name to be given first. */
async function showRefused(form: HTMLFormElement, html: string): Promise<void> {
  if (!(await showPage(html, form))) throw new Error('The answer is no page of ours.')
  enliven()
  const name = document.querySelector<HTMLElement>('[data-focus]')?.dataset.focus
  const focus = document.getElementById(name ?? '') ?? document.querySelector<HTMLElement>('.summary')
  focus?.focus()
}

async function follow(form: HTMLFormElement, next: URL): Promise<void> {
  const shown = next.pathname === location.pathname && (await showNext(form, next))
  if (!shown) location.assign(next)
}

async function showNext(form: HTMLFormElement, next: URL): Promise<boolean> {
  own.add(next.hash.slice(1))
  const page = await fetch(next, { headers: { accept: 'text/html' }, cache: 'reload' })
  if (!(await showPage(await page.text(), form))) return false
  enliven()
  history.replaceState(history.state, '', form.dataset.inPlace ? next.pathname + next.search : next)
  // A button that only changes its own state keeps the focus, and the page stays where it is.
  const button = document.getElementById(form.dataset.inPlace ?? '')
  const place = document.getElementById(next.hash.slice(1))
  if (!button) place?.scrollIntoView()
  ;(button ?? place)?.focus({ preventScroll: true })
  return true
}

/** What an error page says happened. */
function errorOn(html: string): string | null {
  return new DOMParser().parseFromString(html, 'text/html').querySelector('[data-error]')?.textContent ?? null
}

/** The connection is gone or the server stumbled: the page says so, and nothing typed is lost. */
function tellNotSent(form: HTMLFormElement, why: string | null = null): void {
  const template = document.getElementById('not-sent')
  if (!(template instanceof HTMLTemplateElement)) return
  form.querySelector(':scope > [role=alert]')?.remove()
  form.prepend(template.content.cloneNode(true))
  const alert = form.querySelector<HTMLElement>(':scope > [role=alert]')
  if (alert && why !== null) alert.textContent = why
  alert?.focus()
}

import type { RequestEvent } from '@sveltejs/kit'
import type { WebServices } from '#src/http/services.ts'
import type { Caller } from '#src/question/seat.ts'

/** What the server lends to the pages for this request. */
export function servicesOf(event: Pick<RequestEvent, 'platform'>): WebServices {
  if (!event.platform) throw new Error('The pages run behind src/http/web.ts only.')
  return event.platform.req.folkmoot
}

/** Who is asking, by this device's cookie. A device without one is a stranger everywhere. */
export function callerOf(event: Pick<RequestEvent, 'platform'>, name?: string): Caller {
  const { device, newDevice } = servicesOf(event)
  return { bearer: null, device: device ?? newDevice(), ...(name !== undefined && { name }) }
}

/** Forms that a stranger finds on the page that everyone gets, where no key can be: what is typed there tells them apart. */
const keyless = /^(idea|comment|argument-.*)$/

/**
 * The same form sent twice from one page by one device (an impatient second press, a browser that tries again) is
 * carried out once. Other words from the same page are something else, so that going back and correcting works.
 */
export function sentOnce(event: RequestEvent, caller: Caller, form: string, values: Record<string, string>): Caller {
  const { device, once, secondPress } = servicesOf(event)
  const sent = JSON.stringify(values)
  const scope = `${event.url.pathname} ${form} ${device ?? ''} ${sent}`
  const { key = '' } = values
  const isKeyless = key === '' && device === null && keyless.test(form)
  if (key === '' && !isKeyless) return caller
  const only = once(isKeyless ? secondPress(scope) : key, scope, sent)
  return { ...caller, once: only, device: device ?? only.device }
}

/** Gives a device its cookie once it contributes something, and longer with each time; one that only reads gets none. */
export function rememberDevice(event: RequestEvent, caller: Caller): void {
  const { cookie } = servicesOf(event)
  event.cookies.set(cookie.name, caller.device, cookie.options)
}

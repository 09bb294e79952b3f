import type { Challenge, Solution } from 'altcha-lib'

export type { Challenge }

/** Where the worker is served; the build writes it here. */
declare const __WORKER_PATH__: string

/** A device has more than one thing to do. */
const most = 4
/** Who cannot solve it within this time waits instead, in milliseconds. */
const patience = 60_000

/** A challenge as it comes in a header; null for none. */
export function readChallenge(header: string | null): Challenge | null {
  return header === null ? null : (JSON.parse(atob(header)) as Challenge)
}

/**
 * Works for the right to begin to take part, beside the page, which stays as quick as it was.
 * @returns the proof to send along; null where this browser cannot work for it
 */
export async function prove(challenge: Challenge): Promise<string | null> {
  // Only where a page came by a safe way do browsers have the means.
  if (typeof Worker === 'undefined' || !isSecureContext) return null
  document.documentElement.ariaBusy = 'true'
  const workers = Array.from({ length: Math.min(most, navigator.hardwareConcurrency || 1) }, () => {
    return new Worker(__WORKER_PATH__, { type: 'module' })
  })
  try {
    const solution = await Promise.race(
      workers.map((worker, counterStart) => {
        worker.postMessage({ type: 'work', challenge, counterStart, counterStep: workers.length, timeout: patience })
        return new Promise<Solution | null>((resolve, reject) => {
          worker.onmessage = ({ data }: MessageEvent<Solution | { error: unknown } | null>) =>
            resolve(data && 'counter' in data ? data : null)
          worker.onerror = reject
        })
      }),
    )
    return solution && btoa(JSON.stringify({ challenge, solution }))
  } catch {
    return null
  } finally {
    for (const worker of workers) worker.terminate()
    document.documentElement.ariaBusy = null
  }
}

/** Has the browser send a form by itself, which leads to the page where one waits instead of working. */
export function sendPlainly(form: HTMLFormElement, submitter: HTMLElement | null): void {
  if (submitter instanceof HTMLButtonElement && submitter.hasAttribute('formaction')) form.action = submitter.formAction
  form.submit()
}

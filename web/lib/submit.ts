import { tick } from 'svelte'
import { applyAction, type SubmitFunction } from '$app/forms'
import { refreshAll } from '$app/navigation'
import type { Failure } from './failure.ts'
import type { Messages } from './messages.ts'

/** For `use:enhance`: sends a form once, however often its button is pressed, and keeps what was typed if that fails. */
export function sending(m: Messages, form: string): SubmitFunction {
  return ({ formElement, formData, cancel }) => {
    if (!begin(formElement)) return cancel()
    return async ({ result, update }) => {
      if (result.type === 'redirect') formElement.reset()
      if (result.type === 'error') await applyAction(notSent(m, form, formData, result.error))
      else await update()
      end(formElement)
    }
  }
}

/**
 * The same for a button that only changes its own state: the page stays where it is, and so does the focus.
 * @param button id of the button that has the focus afterwards
 */
export function sendingInPlace(m: Messages, form: string, button: string): SubmitFunction {
  return ({ formElement, formData, cancel }) => {
    if (!begin(formElement)) return cancel()
    return async ({ result, update }) => {
      if (result.type === 'redirect') {
        await refreshAll()
        await applyAction({ type: 'success', status: 200, location: location.pathname + location.search })
        await tick()
        document.getElementById(button)?.focus({ preventScroll: true })
      } else if (result.type === 'error') await applyAction(notSent(m, form, formData, result.error))
      else await update()
      end(formElement)
    }
  }
}

function begin(form: HTMLFormElement): boolean {
  if (form.ariaBusy === 'true') return false
  form.ariaBusy = 'true'
  return true
}

function end(form: HTMLFormElement): void {
  form.ariaBusy = null
}

/** The connection is gone or the server stumbled: the form says so, and nothing typed is lost. */
function notSent(m: Messages, form: string, data: FormData, error: App.Error) {
  const values = Object.fromEntries([...data].filter(([, value]) => typeof value === 'string')) as Record<
    string,
    string
  >
  const message = error.code === undefined ? m.not_sent() : error.message
  const failure: Failure = { form, message, askName: false, fields: [], values }
  return {
    type: 'failure' as const,
    status: error.status,
    data: { ...failure },
    location: location.pathname + location.search,
  }
}

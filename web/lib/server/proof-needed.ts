import { fail, type ActionFailure, type RequestEvent } from '@sveltejs/kit'
import type { Failure } from '#lib/failure.ts'
import { challengeHeader, scriptHeader } from '#lib/script-header.ts'
import { servicesOf } from './caller.ts'
import { pictureAgain } from './form.ts'
import { isRefusal } from './refusals.ts'
import type { Values } from './refused.ts'

/**
 * Asks somebody who begins to take part for a proof: the script for work, which it does and sends the form again; who has
 * none, to wait on a page that then sends the form as it was.
 * @returns null when it was refused for another reason
 */
export async function proofNeeded(
  thrown: unknown,
  event: RequestEvent,
  sent: { form: string; values: Values; proof: string | undefined; picture: Uint8Array | null },
): Promise<ActionFailure<Failure> | null> {
  const { form, values, proof, picture } = sent
  const { newcomers, report } = servicesOf(event)
  const asked = await newcomers.ask(thrown, event.params.id ?? '', proof)
  if (!asked || !isRefusal(thrown)) return null
  report.refused(thrown.code)
  const isScript = event.request.headers.has(scriptHeader)
  if (isScript) event.setHeaders({ [challengeHeader]: btoa(JSON.stringify(asked.challenge)) })
  const wait = { ...asked.wait, ...pictureAgain(picture) }
  return fail(isScript ? 200 : thrown.status, { form, message: null, askName: false, fields: [], values, wait })
}

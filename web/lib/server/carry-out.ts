import { redirect, type ActionFailure, type RequestEvent } from '@sveltejs/kit'
import type { Doors } from '#src/http/doors.ts'
import type { Caller } from '#src/question/seat.ts'
import type { Failure } from '#lib/failure.ts'
import { proofHeader } from '#lib/script-header.ts'
import { callerOf, rememberDevice, sentOnce, servicesOf } from './caller.ts'
import { proofNeeded } from './proof-needed.ts'
import { refused, type Values } from './refused.ts'

/**
 * Carries out what a form asks for: calls the verb, gives a new device its cookie, and leads on to where the verb says.
 * A refusal goes back to the form with everything that was typed.
 * @param form which form it was, for the page to show the refusal beside it
 * @param verb returns where to go next
 * @param picture what was sent besides the values, to be sent again with them
 */
export async function carryOut(
  event: RequestEvent,
  form: string,
  { proof: waited, ...values }: Values,
  verb: (doors: Doors, caller: Caller) => Promise<string>,
  picture: Uint8Array | null = null,
): Promise<ActionFailure<Failure>> {
  // A name comes along only from a form that asks for one.
  const caller = sentOnce(event, callerOf(event, values.name), form, values)
  const proof = event.request.headers.get(proofHeader) ?? waited
  let next: string
  try {
    const newcomer = await servicesOf(event).newcomers.of(event.params.id ?? '', proof)
    if (newcomer) caller.newcomer = newcomer
    next = await verb(servicesOf(event).doors, caller)
  } catch (thrown) {
    const failure = await proofNeeded(thrown, event, { form, values, proof, picture })
    return failure ?? (await refused(thrown, event, form, values))
  }
  rememberDevice(event, caller)
  redirect(303, next)
}

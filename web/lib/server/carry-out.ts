import { redirect, type ActionFailure, type RequestEvent } from '@sveltejs/kit'
import type { Doors } from '#src/http/doors.ts'
import type { Caller } from '#src/question/seat.ts'
import type { Failure } from '#lib/failure.ts'
import { callerOf, rememberDevice, sentOnce, servicesOf } from './caller.ts'
import { refused, type Values } from './refused.ts'

/**
 * Carries out what a form asks for: calls the verb, gives a new device its cookie, and leads on to where the verb says.
 * A refusal goes back to the form with everything that was typed.
 * @param form which form it was, for the page to show the refusal beside it
 * @param verb returns where to go next
 */
export async function carryOut(
  event: RequestEvent,
  form: string,
  values: Values,
  verb: (doors: Doors, caller: Caller) => Promise<string>,
): Promise<ActionFailure<Failure>> {
  // A name comes along only from a form that asks for one.
  const caller = sentOnce(event, callerOf(event, values.name), form, values)
  let next: string
  try {
    next = await verb(servicesOf(event).doors, caller)
  } catch (thrown) {
    return await refused(thrown, event, form, values)
  }
  rememberDevice(event, caller)
  redirect(303, next)
}

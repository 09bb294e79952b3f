import type { ActionFailure, RequestEvent } from '@sveltejs/kit'
import type { QuestionPatch, SettingsPatch } from '#src/question/wire.ts'
import type { Failure } from '#lib/failure.ts'
import { isZone, localIn, momentIn } from '#lib/zone.ts'
import { servicesOf } from './caller.ts'
import { carryOut } from './carry-out.ts'
import { textsOf } from './form.ts'
import { orError } from './or-error.ts'
import { refusedField, type Values } from './refused.ts'

type Event = RequestEvent<{ id: string }>

/** Back to the section that was saved, which says so. */
export function savedAt({ params }: Event, section: string): string {
  return `/q/${params.id}/admin?saved=${section}#${section}`
}

/** One section of the owner's page: what its form sends becomes a patch of the question. */
export function savesQuestion(section: string, patch: (values: Values) => QuestionPatch) {
  return async (event: Event): Promise<ActionFailure<Failure>> => {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, section, values, async (doors, caller) => {
      await doors.editQuestion(caller, event.params.id, patch(values))
      return savedAt(event, section)
    })
  }
}

export function savesSettings(section: string, patch: (values: Values) => SettingsPatch) {
  return savesQuestion(section, (values) => ({ settings: patch(values) }))
}

/** A check box sends its value only when it is ticked. */
export const ticked = (value: string | undefined) => value !== undefined

/**
 * Reads a day and time in the zone that the form names.
 * @returns the moment, null for none, or the form refused
 */
export async function readMoment(
  event: Event,
  section: string,
  values: Values,
  name = 'closesAt',
): Promise<{ at: string | null } | ActionFailure<Failure>> {
  const local = values[name] ?? ''
  if (local === '') return { at: null }
  const at = momentIn(values.zone ?? '', local)
  if (at) return { at }
  return await refusedField(event, section, values, name, (said) => said.flaw_moment())
}

const stages = ['opensAt', 'ideasUntil', 'votesFrom', 'votesUntil'] as const

/** Saves when ideas and votes are taken. What stands in its field as it was shown stays as it is, to the second. */
export async function savesStages(event: Event): Promise<ActionFailure<Failure>> {
  const values = textsOf(await event.request.formData())
  const { doors } = servicesOf(event)
  const before = await orError(event, doors.snapshot(event.params.id))
  const patch: QuestionPatch = {}
  for (const name of stages) {
    const shown = before[name]
    if (shown !== null && isZone(values.zone ?? '') && values[name] === localIn(values.zone ?? '', shown)) continue
    const read = await readMoment(event, 'stages', values, name)
    if (!('at' in read)) return read
    patch[name] = read.at
  }
  return await carryOut(event, 'stages', values, async (doors, caller) => {
    await doors.editQuestion(caller, event.params.id, patch)
    return savedAt(event, 'stages')
  })
}

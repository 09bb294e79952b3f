import { fail, type ActionFailure, type RequestEvent } from '@sveltejs/kit'
import type { Failure } from '#lib/failure.ts'
import { scriptHeader } from '#lib/script-header.ts'
import { servicesOf } from './caller.ts'
import { pictureAgain } from './form.ts'
import { isRefusal } from './refusals.ts'
import type { Values } from './refused.ts'

/**
 * Where an idea may be there already, brings the form back once with those that are so like it, to be looked at first.
 * Whom the script has shown them while they typed is not stopped; nor is who has waited.
 * @param how.isShownBefore whether a script has shown them already. @returns null when the idea is to be added
 */
export async function lookFirst(
  event: RequestEvent<{ id: string }>,
  values: Values,
  picture: Uint8Array | null,
  { form = 'idea', isShownBefore = event.request.headers.has(scriptHeader) } = {},
): Promise<ActionFailure<Failure> | null> {
  const { seen = '', title = '', proof } = values
  if (isShownBefore || proof !== undefined || title.trim() === '') return null
  const found = await findSimilar(event, title)
  const known = new Set(seen.split(' '))
  if (!found.some(({ id, same }) => same && !known.has(id))) return null
  return fail(200, {
    form,
    message: null,
    askName: false,
    fields: [],
    values: { ...values, seen: found.map(({ id }) => id).join(' ') },
    similar: { ideas: found, ...pictureAgain(picture) },
  })
}

/** Nothing where the question takes no ideas, or is gone: what is added says so itself. */
async function findSimilar(event: RequestEvent<{ id: string }>, title: string) {
  const { doors } = servicesOf(event)
  try {
    const { phase, settings } = await doors.snapshot(event.params.id)
    if (phase !== 'open' || !settings.newIdeas) return []
    return await doors.similarIdeas(event.params.id, title)
  } catch (thrown) {
    if (isRefusal(thrown)) return []
    throw thrown
  }
}

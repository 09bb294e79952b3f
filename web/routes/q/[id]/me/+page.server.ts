import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { loadWithOverlay } from '#lib/server/editing.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { qrOf } from '#lib/server/qr.ts'
import { isRefusal } from '#lib/server/refusals.ts'
import type { Actions, PageServerLoad } from './$types'

/** All that one person did here, in one place. */
export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const { doors, origin, privacy } = servicesOf(event)
  const { id, title, phase, settings } = question
  return {
    question: { id, title, open: phase === 'open', names: settings.names },
    me: overlay.participant,
    own: overlay.participant ? await orError(event, doors.ownContributions(callerOf(event), id)) : null,
    retention: soonest(settings.retention, privacy.retentionDays),
    receipt: overlay.participant && (await receiptOf(event, origin)),
    saved: event.url.searchParams.has('saved'),
  }
}

/** The lesser of two numbers of days, of which either may not be set. */
function soonest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

/** The receipt, and the code that leads to where it is looked up; none on a server that stores nothing at the moment. */
async function receiptOf(event: Parameters<PageServerLoad>[0], origin: string) {
  const { id } = event.params
  try {
    const receipt = await servicesOf(event).doors.receipt(callerOf(event), id)
    return { receipt, qr: qrOf(`${origin}/q/${id}/receipt?receipt=${receipt}`) }
  } catch (thrown) {
    if (isRefusal(thrown)) return null
    throw thrown
  }
}

export const actions: Actions = {
  async rename(event) {
    const values = textsOf(await event.request.formData())
    const { name, ...rest } = values
    // The name is what changes here, not what somebody new brings along.
    return await carryOut(event, 'rename', { ...rest, newName: name ?? '' }, async (doors, caller) => {
      await doors.rename(caller, event.params.id, { name: name ?? '' })
      return `/q/${event.params.id}/me?saved#name`
    })
  },

  async unvote(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'votes', values, async (doors, caller) => {
      await doors.unvote(caller, event.params.id, values.idea ?? '')
      return `/q/${event.params.id}/me#votes`
    })
  },

  async withdraw(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'merged', values, async (doors, caller) => {
      await doors.deleteIdea(caller, event.params.id, values.idea ?? '')
      return `/q/${event.params.id}/me#ideas`
    })
  },

  async disagree(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'agreements', values, async (doors, caller) => {
      await doors.disagree(caller, event.params.id, values.argument ?? '')
      return `/q/${event.params.id}/me#agreements`
    })
  },
}

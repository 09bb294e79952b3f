import { redirect, type RequestEvent } from '@sveltejs/kit'
import type { OwnerView, Snapshot } from '#src/snapshot/wire.ts'
import { callerOf, servicesOf } from './caller.ts'
import { orError } from './or-error.ts'
import { isRefusal } from './refusals.ts'

type Event = Pick<RequestEvent, 'platform' | 'locals'> & { params: { id: string } }

/** What only the owner sees; null for whoever is not the owner on this device. */
export async function findOwnerView(event: Event): Promise<OwnerView | null> {
  try {
    return await servicesOf(event).doors.ownerView(callerOf(event), event.params.id)
  } catch (thrown) {
    if (isRefusal(thrown) && thrown.code === 'owner_only') return null
    return await orError(event, Promise.reject(thrown as Error))
  }
}

/** For the owner's further pages: whoever is not the owner is led to where they can become it. */
export async function loadAsOwner(event: Event): Promise<{ question: Snapshot; hidden: OwnerView }> {
  const hidden = await findOwnerView(event)
  if (!hidden || hidden.deletedAt) redirect(303, `/q/${event.params.id}/admin`)
  return { question: await orError(event, servicesOf(event).doors.snapshot(event.params.id)), hidden }
}

import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import { qrOf } from '#lib/server/qr.ts'
import type { PageServerLoad } from './$types'

/** Cards on one page; with their codes that many are about half a megabyte, and ten sheets. */
const atOnce = 80

/** Invitations that still let somebody in, as cards to print and cut. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const { doors, origin } = servicesOf(event)
  const asked = event.url.searchParams.get('before') ?? ''
  const before = /^\d{1,15}$/.test(asked) ? { before: asked } : {}
  const page = await orError(
    event,
    doors.invitations(callerOf(event), question.id, { ...before, limit: atOnce, unused: true }, origin),
  )
  return {
    question: { id: question.id, title: question.title },
    closesAt: question.closesAt,
    next: page.next,
    cards: page.invitations.flatMap(({ id, label, link }) =>
      link === null ? [] : [{ id, label, link, qr: qrOf(link) }],
    ),
  }
}

import { invitationLimits } from '#src/invitation/wire.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { limitOf, textsOf } from '#lib/server/form.ts'
import { sayWrong } from '#lib/server/invitees.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import { refused, refusedField } from '#lib/server/refused.ts'
import type { Actions, PageServerLoad } from './$types'

/** Invitations, a stretch at a time, newest first. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const { doors, origin } = servicesOf(event)
  const asked = event.url.searchParams.get('before') ?? ''
  const before = /^\d{1,15}$/.test(asked) ? asked : null
  const made = event.url.searchParams.get('made')
  const { settings } = question
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    needed: settings.takePart === 'invited' || settings.vote === 'invited',
    before,
    made: made === null ? null : Number(made),
    page: await orError(
      event,
      doors.invitations(callerOf(event), question.id, before === null ? {} : { before }, origin),
    ),
  }
}

const here = (id: string, made: number) => `/q/${id}/admin/invitations?made=${made}#made`

export const actions: Actions = {
  async one(event) {
    const values = textsOf(await event.request.formData())
    const most = values.kind === 'many' ? limitOf(values.most) : 1
    return await carryOut(event, 'one', values, async (doors, caller) => {
      const { origin } = servicesOf(event)
      await doors.invite(caller, event.params.id, { invitations: [{ label: values.label ?? '', most }] }, origin)
      return here(event.params.id, 1)
    })
  },

  async list(event) {
    const values = textsOf(await event.request.formData())
    const { list = '' } = values
    const { doors, origin } = servicesOf(event)
    const tooMany = (n: number) => n > invitationLimits.atOnce
    if (list.length > invitationLimits.list)
      return await refusedField(event, 'list', values, 'list', (m) => m.wrong_too_many({ n: invitationLimits.atOnce }))
    let read
    try {
      read = await doors.readInvitees(callerOf(event), event.params.id, list)
    } catch (thrown) {
      return await refused(thrown, event, 'list', values)
    }
    const { people, wrong } = read
    if (wrong.length > 0) return await refusedField(event, 'list', values, 'list', (m) => sayWrong(m, wrong))
    if (people.length === 0) return await refusedField(event, 'list', values, 'list', (m) => m.flaw_empty())
    if (tooMany(people.length))
      return await refusedField(event, 'list', values, 'list', (m) => m.wrong_too_many({ n: invitationLimits.atOnce }))
    return await carryOut(event, 'list', values, async (doors, caller) => {
      const invitations = people.map(({ label = '', address = null }) => ({ label, address }))
      await doors.invite(caller, event.params.id, { invitations }, origin)
      return here(event.params.id, people.length)
    })
  },

  async revoke(event) {
    const { invitation = '' } = textsOf(await event.request.formData())
    return await carryOut(event, `revoke-${invitation}`, {}, async (doors, caller) => {
      await doors.revokeInvitation(caller, event.params.id, invitation)
      const before = event.url.searchParams.get('before')
      return `${event.url.pathname}${before === null ? '' : `?before=${before}`}#invitation-${invitation}`
    })
  },
}

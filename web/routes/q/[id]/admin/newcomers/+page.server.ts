import { asideReasons, type AsideReason, type NewAside } from '#src/aside/wire.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import { refusedField, type Values } from '#lib/server/refused.ts'
import type { Actions, PageServerLoad } from './$types'

/** From where many began at once, who shows a name, and what was set aside. While votes are hidden, only the last. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const { doors } = servicesOf(event)
  const caller = callerOf(event)
  const { id, title, settings, counts } = question
  const search = event.url.searchParams
  const [name, before] = [(search.get('name') ?? '').slice(0, 80).trim(), search.get('before') ?? '']
  const { asides, next } = await orError(event, doors.asides(id, {}))
  const isHidden = counts.votes === null
  return {
    question: { id, title },
    name,
    bursts: isHidden ? null : await orError(event, doors.newcomers(caller, id)),
    people:
      isHidden || settings.names === 'hidden'
        ? null
        : await orError(
            event,
            doors.people(caller, id, { ...(name && { name }), ...(/^\d{1,15}$/.test(before) && { before }) }),
          ),
    asides,
    more: next !== null,
  }
}

const here = (id: string) => `/q/${id}/admin/newcomers#asides`

function whyFrom({ reason = '', note = '' }: Values): Pick<NewAside, 'reason' | 'note'> {
  const isReason = (asideReasons as readonly string[]).includes(reason)
  return { reason: isReason ? (reason as AsideReason) : 'other', note }
}

export const actions: Actions = {
  async bursts(event) {
    const data = await event.request.formData()
    const values = textsOf(data)
    const bursts = data.getAll('burst').map((one) => {
      const [network = '', from = ''] = typeof one === 'string' ? one.split(' ') : []
      return { network, from }
    })
    if (bursts.length === 0)
      return await refusedField(event, 'bursts', values, 'burst', (said) => said.newcomers_choose_none())
    return await carryOut(event, 'bursts', values, async (doors, caller) => {
      await doors.setAside(caller, event.params.id, { bursts, ...whyFrom(values) })
      return here(event.params.id)
    })
  },

  async person(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, `person-${values.participant ?? ''}`, values, async (doors, caller) => {
      await doors.setAside(caller, event.params.id, { participant: values.participant ?? '', ...whyFrom(values) })
      return here(event.params.id)
    })
  },

  async restore(event) {
    const { aside = '' } = textsOf(await event.request.formData())
    return await carryOut(event, 'asides', {}, async (doors, caller) => {
      await doors.restoreAside(caller, event.params.id, aside)
      return here(event.params.id)
    })
  },
}

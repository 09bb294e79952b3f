import type { NewEntry } from '#src/entry/wire.ts'
import type { Snapshot } from '#src/snapshot/wire.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import { lookFirst } from '#lib/server/look-first.ts'
import { refusedField } from '#lib/server/refused.ts'
import { entryCursor } from '#lib/server/entry-cursor.ts'
import { partIn, placeIn, rowsShown, stretchAt } from '#lib/stretch.ts'
import { inOrder } from '#src/snapshot/rules.ts'
import type { Actions, PageServerLoad } from './$types'

/** A form for what is counted in the room, idea by idea in the order in which they came, and what was entered so far. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const search = event.url.searchParams
  const ideas = inOrder(question.ideas, 'oldest', '')
  const stretch = stretchAt(placeIn(search), rowsShown, ideas.length)
  const page = entryCursor(search)
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    stretch,
    ideas: partIn(ideas, stretch).map(({ id, title, closed }) => ({ id, title, closed: closed?.why ?? null })),
    // Who counts one idea after the other need not say each time who is there.
    how: search.get('how') === 'paper' ? 'paper' : 'hands',
    people: /^\d{1,7}$/.test(search.get('people') ?? '') ? search.get('people') : null,
    room: await orError(event, servicesOf(event).doors.entries(callerOf(event), question.id, page)),
    isNewest: page.before === undefined,
    names: question.settings.names,
    // What participants may add may be added for people in the room.
    mayAdd: {
      ideas: question.stages.ideas === 'now' && question.settings.newIdeas,
      arguments: question.phase === 'open' && question.stages.ideas !== 'later' && question.settings.newArguments,
    },
    added: titleOf(question, search.get('added')),
    argued: titleOf(question, search.get('argued')),
  }
}

function titleOf({ ideas }: Snapshot, ideaId: string | null): { id: string; title: string } | null {
  const idea = ideas.find(({ id }) => id === ideaId)
  return idea ? { id: idea.id, title: idea.title } : null
}

/** What of an entry is not the votes for an idea. */
const others = new Set(['how', 'people', 'note', 'key'])

export const actions: Actions = {
  async enter(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'entry', values, async (doors, caller) => {
      const { how = '', people = '', note = '' } = values
      const counted = Object.entries(values).filter(([name, n]) => !others.has(name) && n.trim() !== '')
      const entry = { how, people: Number(people.trim() || NaN), note }
      const votes = Object.fromEntries(counted.map(([ideaId, n]) => [ideaId, Number(n)]))
      // Whatever it is, the door checks it.
      await doors.enter(caller, event.params.id, { ...entry, votes } as NewEntry)
      const from = placeIn(event.url.searchParams)
      const next = new URLSearchParams({ how, people: people.trim(), ...(from > 1 && { from: String(from) }) })
      return `/q/${event.params.id}/admin/room?${next}#entered`
    })
  },

  async idea(event) {
    const values = textsOf(await event.request.formData())
    const step = await lookFirst(event, values, null, { form: 'roomIdea', isShownBefore: false })
    if (step) return step
    return await carryOut(event, 'roomIdea', values, async (doors, caller) => {
      const { title = '', description = '', name = '' } = values
      const { id } = await doors.addIdea(caller, event.params.id, { title, description, inRoom: { name } })
      return `/q/${event.params.id}/admin/room?added=${id}#say-idea`
    })
  },

  async argument(event) {
    const values = textsOf(await event.request.formData())
    const { idea = '', side, text = '', name = '' } = values
    if (side !== 'pro' && side !== 'con')
      return await refusedField(event, 'roomArgument', values, 'side', (said) => said.flaw_side())
    return await carryOut(event, 'roomArgument', values, async (doors, caller) => {
      await doors.addArgument(caller, event.params.id, idea, { side, text, inRoom: { name } })
      return `/q/${event.params.id}/admin/room?argued=${idea}&from=${placeIn(event.url.searchParams)}#say-argument`
    })
  },

  async withdraw(event) {
    const { entry = '' } = textsOf(await event.request.formData())
    return await carryOut(event, 'withdraw', {}, async (doors, caller) => {
      await doors.withdrawEntry(caller, event.params.id, entry)
      return `/q/${event.params.id}/admin/room#entered`
    })
  },
}

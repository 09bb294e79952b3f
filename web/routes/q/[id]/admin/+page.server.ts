import { lengthSettings, type Settings } from '#src/question/wire.ts'
import { isPreset, presets } from '#lib/presets.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { limitOf, textsOf } from '#lib/server/form.ts'
import { handOver, takeOver } from '#lib/server/handover.ts'
import { orError } from '#lib/server/or-error.ts'
import { findOwnerView } from '#lib/server/owner.ts'
import { refusedField } from '#lib/server/refused.ts'
import { readMoment, savedAt, savesQuestion, savesSettings, savesStages, ticked } from '#lib/server/settings-forms.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id } = event.params
  const view = await findOwnerView(event)
  if (!view) return { id, state: 'locked' as const }
  if (view.deletedAt) return { id, state: 'deleted' as const, deletedAt: view.deletedAt }
  const question = await orError(event, doors.snapshot(id))
  const { title, description, phase, closesAt, closedAt, settings, decision } = question
  const { opensAt, ideasUntil, votesFrom, votesUntil, timeZone } = question
  return {
    id,
    state: 'owner' as const,
    question: {
      id,
      title,
      description,
      open: phase === 'open',
      closesAt,
      closedAt,
      ...{ opensAt, ideasUntil, votesFrom, votesUntil, timeZone },
      settings,
      levels: doors.levels,
      decided: decision !== null,
    },
    waiting: (await orError(event, doors.queue(callerOf(event), id, { limit: 1 }))).total,
    words: (await orError(event, doors.heldWords(callerOf(event), id))).words,
    hidden: view.ideas.length + view.arguments.length + view.comments.length,
    saved: event.url.searchParams.get('saved'),
    adminUrl: takeOver(event, id),
  }
}

const here = (id: string) => `/q/${id}/admin`

export const actions: Actions = {
  async open(event) {
    const values = textsOf(await event.request.formData())
    // The whole link may be pasted as well as the token at its end.
    const token = (values.token ?? '').trim().replace(/^.*[#/]/s, '')
    // What is secret is not sent back, not even to be kept in its field.
    return await carryOut(event, 'open', {}, async (doors, caller) => {
      await doors.openAdminLink(caller, event.params.id, token)
      return here(event.params.id)
    })
  },

  text: savesQuestion('text', ({ title = '', description = '' }) => ({ title, description })),

  async deadline(event) {
    const values = textsOf(await event.request.formData())
    if (values.remove) values.closesAt = ''
    const read = await readMoment(event, 'deadline', values)
    if (!('at' in read)) return read
    return await carryOut(event, 'deadline', values, async (doors, caller) => {
      await doors.editQuestion(caller, event.params.id, { closesAt: read.at })
      return savedAt(event, 'deadline')
    })
  },

  stages: savesStages,
  zone: savesQuestion('zone', ({ timeZone = '' }) => ({ timeZone: timeZone.trim() || null })),

  allow: savesSettings('allow', (values) => ({
    newIdeas: ticked(values.newIdeas),
    newArguments: ticked(values.newArguments),
    comments: ticked(values.comments),
    agreements: ticked(values.agreements),
    images: ticked(values.images),
    links: ticked(values.links),
  })),

  limits: savesSettings('limits', (values) => ({
    votesPerParticipant: limitOf(values.votesPerParticipant),
    votesPerIdea: limitOf(values.votesPerIdea) ?? 1,
    ideasPerParticipant: limitOf(values.ideasPerParticipant),
  })),

  lengths: savesSettings('lengths', (values) =>
    Object.fromEntries(lengthSettings.map((name) => [name, limitOf(values[name])])),
  ),

  async preset(event) {
    const values = textsOf(await event.request.formData())
    const { preset } = values
    if (!isPreset(preset)) return await refusedField(event, 'preset', values, 'preset', (said) => said.flaw_other())
    return await carryOut(event, 'preset', values, async (doors, caller) => {
      await doors.editQuestion(caller, event.params.id, { settings: presets[preset] })
      return savedAt(event, 'preset')
    })
  },

  'take-part': savesSettings('take-part', ({ takePart }) => ({ takePart: takePart as Settings['takePart'] })),
  vote: savesSettings('vote', ({ vote }) => ({ vote: vote as Settings['vote'] })),
  names: savesSettings('names', ({ names }) => ({ names: names as Settings['names'] })),
  retention: savesSettings('retention', ({ retention }) => ({ retention: limitOf(retention) })),
  results: savesSettings('results', ({ results }) => ({ results: results as Settings['results'] })),
  order: savesSettings('order', ({ order }) => ({ order: order as Settings['order'] })),

  async moderation(event) {
    const values = textsOf(await event.request.formData())
    const words = (values.words ?? '').split('\n').filter((word) => word.trim() !== '')
    return await carryOut(event, 'moderation', values, async (doors, caller) => {
      // The words first: they are what can be refused, and then nothing has changed yet.
      await doors.setHeldWords(caller, event.params.id, { words })
      const moderation = values.moderation as Settings['moderation']
      await doors.editQuestion(caller, event.params.id, { settings: { moderation } })
      return savedAt(event, 'moderation')
    })
  },

  close: (event) =>
    carryOut(event, 'phase', {}, async (doors, caller) => {
      await doors.close(caller, event.params.id)
      return savedAt(event, 'phase')
    }),

  async reopen(event) {
    const values = textsOf(await event.request.formData())
    const read = await readMoment(event, 'phase', values)
    if (!('at' in read)) return read
    return await carryOut(event, 'phase', values, async (doors, caller) => {
      await doors.reopen(caller, event.params.id, { closesAt: read.at })
      return savedAt(event, 'phase')
    })
  },

  replace: (event) =>
    carryOut(event, 'link', {}, async (doors, caller) => {
      const { adminToken } = await doors.replaceAdminLink(caller, event.params.id)
      handOver(event, event.params.id, adminToken)
      return `${here(event.params.id)}#link`
    }),

  async delete(event) {
    const values = textsOf(await event.request.formData())
    if (!values.sure) return await refusedField(event, 'delete', values, 'sure', (said) => said.flaw_sure())
    return await carryOut(event, 'delete', values, async (doors, caller) => {
      await doors.deleteQuestion(caller, event.params.id)
      return here(event.params.id)
    })
  },

  restore: (event) =>
    carryOut(event, 'restore', {}, async (doors, caller) => {
      await doors.restoreQuestion(caller, event.params.id)
      return here(event.params.id)
    }),
}

import { fail, type RequestEvent } from '@sveltejs/kit'
import { argumentsShown, ideasShown } from '#lib/stretch.ts'
import type { Doors } from '#src/http/doors.ts'
import type { NewIdea } from '#src/idea/wire.ts'
import type { Caller } from '#src/question/seat.ts'
import { callerOf, servicesOf } from './caller.ts'
import { carryOut } from './carry-out.ts'
import { imageOf, linkOf, pictureIn, textsOf } from './form.ts'
import { lookFirst } from './look-first.ts'
import { orError } from './or-error.ts'
import { refusedField, type Values } from './refused.ts'

type Event = RequestEvent<{ id: string }>

/** What can be done on the page of a question, and on the page of one of its ideas. */
export const questionActions = {
  idea: async (event: Event) => {
    const form = await event.request.formData()
    const values = textsOf(form)
    const image = (await imageOf(form)) ?? pictureIn(values)
    const step = await lookFirst(event, values, image)
    if (step) return step
    const addIdea = async (doors: Doors, caller: Caller) => {
      const input: NewIdea = {
        title: values.title ?? '',
        description: values.description ?? '',
        link: linkOf(values),
      }
      const { id, held } = await doors.addIdea(caller, event.params.id, input, image)
      if (held) return toOwn(event, 'ideas')
      const { counts } = await doors.snapshot(event.params.id)
      if (counts.ideas > ideasShown) event.url.searchParams.set('idea', id)
      return backTo(event, `idea-${id}`)
    }
    return await carryOut(event, 'idea', values, addIdea, image)
  },

  argument: async (event: Event) => {
    const values = textsOf(await event.request.formData())
    const { idea = '', side, text = '' } = values
    const form = `argument-${idea}`
    // Neither side is chosen for the person; so it can happen that none is.
    if (side !== 'pro' && side !== 'con')
      return await refusedField(event, form, values, 'side', (said) => said.flaw_side())
    return await carryOut(event, form, values, async (doors, caller) => {
      const { id, held } = await doors.addArgument(caller, event.params.id, idea, { side, text })
      if (held) return toOwn(event, 'arguments')
      const { ideas } = await doors.snapshot(event.params.id)
      const row = ideas.find((one) => one.id === idea)
      if (row && row[`${side}s`].length > argumentsShown) event.url.searchParams.set('argument', id)
      return backTo(event, `argument-${id}`)
    })
  },

  comment: async (event: Event) => {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'comment', values, async (doors, caller) => {
      const comment = await doors.addComment(caller, event.params.id, { text: values.text ?? '' })
      if (comment.held) return toOwn(event, 'comments')
      // The newest comments are where it can be seen.
      event.url.searchParams.delete('before')
      return backTo(event, `comment-${comment.id}`)
    })
  },

  vote: (event: Event) =>
    tap(event, 'vote', 'idea', async (doors, caller, idea, { value }) => {
      const votes = value === undefined ? await standingVotes(doors, caller, event.params.id, idea) : Number(value)
      if (votes === 0) await doors.unvote(caller, event.params.id, idea)
      else await doors.vote(caller, event.params.id, idea, votes)
    }),
  unvote: (event: Event) =>
    tap(event, 'vote', 'idea', async (doors, caller, idea) => {
      await doors.unvote(caller, event.params.id, idea)
    }),
  agree: (event: Event) =>
    tap(event, 'agree', 'argument', async (doors, caller, argument) => {
      await doors.agree(caller, event.params.id, argument)
    }),
  disagree: (event: Event) =>
    tap(event, 'agree', 'argument', async (doors, caller, argument) => {
      await doors.disagree(caller, event.params.id, argument)
    }),
}

type Verb = (...taken: [...Parameters<Parameters<typeof carryOut>[3]>, target: string, values: Values]) => Promise<void>

/** Who only says that they vote for an idea gives it one vote, and takes none back where it has more of theirs. */
async function standingVotes(doors: Doors, caller: Caller, id: string, idea: string): Promise<number> {
  const { settings } = await doors.snapshot(id)
  return settings.votesPerIdea === 1 ? 1 : ((await doors.overlay(caller, id)).values[idea] ?? 1)
}

/** A form of one button on an idea or an argument. A newcomer's first tap leads to being asked for a name, once. */
async function tap(event: Event, verb: 'vote' | 'agree', kind: 'idea' | 'argument', doIt: Verb) {
  const values = textsOf(await event.request.formData())
  const target = values[kind] ?? ''
  const form = `${verb}-${target}`
  if (values.name === undefined && (await isNew(event))) return askName(form, values)
  return await carryOut(event, form, values, async (doors, caller) => {
    await doIt(doors, caller, target, values)
    return backTo(event, `${kind}-${target}`)
  })
}

async function isNew(event: Event): Promise<boolean> {
  const { device, doors } = servicesOf(event)
  const question = await orError(event, doors.snapshot(event.params.id))
  if (question.settings.names === 'hidden') return false
  if (device === null) return true
  const { participant } = await orError(event, doors.overlay(callerOf(event), event.params.id))
  return participant === null || (participant.name === null && question.settings.names === 'required')
}

/** Nothing was refused, so the status is that of any page. */
function askName(form: string, values: Values) {
  return fail(200, { form, message: null, askName: true, fields: [], values })
}

/** Where somebody sees what nobody else sees yet. */
function toOwn({ params }: Event, anchor: string): string {
  return `/q/${params.id}/me#${anchor}`
}

/** The page as the reader had arranged it, at the place where they were. */
function backTo({ url }: Event, anchor: string): string {
  const search = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('/')))
  return `${url.pathname}${search.size > 0 ? `?${search}` : ''}#${anchor}`
}

import { fail, type RequestEvent } from '@sveltejs/kit'
import type { Doors } from '#src/http/doors.ts'
import type { NewIdea } from '#src/idea/wire.ts'
import type { CommentPage } from '#src/snapshot/wire.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { imageOf, linkOf, textsOf } from '#lib/server/form.ts'
import { takeOver } from '#lib/server/handover.ts'
import { orError } from '#lib/server/or-error.ts'
import { layOut } from '#lib/server/question-page.ts'
import { isRefusal } from '#lib/server/refusals.ts'
import { refusedField, type Values } from '#lib/server/refused.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { doors, origin } = servicesOf(event)
  const { id } = event.params
  const caller = callerOf(event)
  const before = event.url.searchParams.get('before')
  const question = await orError(event, doors.snapshot(id))
  const [overlay, discussion] = await orError(
    event,
    Promise.all([doors.overlay(caller, id), before === null ? null : earlierComments(doors, id, before)]),
  )
  const adminUrl = takeOver(event, id)
  return { question: layOut(question, { overlay, discussion, adminUrl, origin, search: event.url.searchParams }) }
}

type Event = RequestEvent<{ id: string }>

/** The discussion before a comment; where that one was withdrawn meanwhile, the newest part. */
async function earlierComments(doors: Doors, id: string, before: string): Promise<CommentPage | null> {
  try {
    return await doors.comments(id, { before })
  } catch (thrown) {
    if (isRefusal(thrown) && thrown.code === 'comment_not_found') return null
    throw thrown
  }
}

export const actions: Actions = {
  async idea(event) {
    const form = await event.request.formData()
    const values = textsOf(form)
    const image = await imageOf(form)
    return await carryOut(event, 'idea', values, async (doors, caller) => {
      const input: NewIdea = {
        title: values.title ?? '',
        description: values.description ?? '',
        link: linkOf(values),
      }
      const idea = await doors.addIdea(caller, event.params.id, input, image)
      return backTo(event, `idea-${idea.id}`)
    })
  },

  async argument(event) {
    const values = textsOf(await event.request.formData())
    const { idea = '', side, text = '' } = values
    const form = `argument-${idea}`
    // Neither side is chosen for the person; so it can happen that none is.
    if (side !== 'pro' && side !== 'con')
      return await refusedField(event, form, values, 'side', (said) => said.flaw_side())
    return await carryOut(event, form, values, async (doors, caller) => {
      const argument = await doors.addArgument(caller, event.params.id, idea, { side, text })
      return backTo(event, `argument-${argument.id}`)
    })
  },

  async comment(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'comment', values, async (doors, caller) => {
      const comment = await doors.addComment(caller, event.params.id, { text: values.text ?? '' })
      // The newest comments are where it can be seen.
      event.url.searchParams.delete('before')
      return backTo(event, `comment-${comment.id}`)
    })
  },

  vote: (event) =>
    tap(event, 'vote', 'idea', async (doors, caller, idea) => {
      await doors.vote(caller, event.params.id, idea)
    }),
  unvote: (event) =>
    tap(event, 'vote', 'idea', async (doors, caller, idea) => {
      await doors.unvote(caller, event.params.id, idea)
    }),
  agree: (event) =>
    tap(event, 'agree', 'argument', async (doors, caller, argument) => {
      await doors.agree(caller, event.params.id, argument)
    }),
  disagree: (event) =>
    tap(event, 'agree', 'argument', async (doors, caller, argument) => {
      await doors.disagree(caller, event.params.id, argument)
    }),
}

type Verb = (...taken: [...Parameters<Parameters<typeof carryOut>[3]>, target: string]) => Promise<void>

/** A form of one button on an idea or an argument. A newcomer's first tap leads to being asked for a name, once. */
async function tap(event: Event, verb: 'vote' | 'agree', kind: 'idea' | 'argument', doIt: Verb) {
  const values = textsOf(await event.request.formData())
  const target = values[kind] ?? ''
  const form = `${verb}-${target}`
  if (values.name === undefined && (await isNew(event))) return askName(form, values)
  return await carryOut(event, form, values, async (doors, caller) => {
    await doIt(doors, caller, target)
    return backTo(event, `${kind}-${target}`)
  })
}

async function isNew(event: Event): Promise<boolean> {
  const { device, doors } = servicesOf(event)
  if (device === null) return true
  const question = await orError(event, doors.snapshot(event.params.id))
  const { participant } = await orError(event, doors.overlay(callerOf(event), event.params.id))
  return participant === null || (participant.name === null && question.settings.names === 'required')
}

/** Nothing was refused, so the status is that of any page. */
function askName(form: string, values: Values) {
  return fail(200, { form, message: null, askName: true, fields: [], values })
}

/** The page as the reader had arranged it, at the place where they were. */
function backTo({ url, params }: Event, anchor: string): string {
  const search = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('/')))
  return `/q/${params.id}${search.size > 0 ? `?${search}` : ''}#${anchor}`
}

import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine, tidyText } from '../base/text.ts'
import type { IdeaRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { holdBack, keepEdit, recordAct, refersToOwner } from '../moderation/actions.ts'
import { findLiveAct, findWaiting, markUndone } from '../moderation/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, roomName, type Editor } from '../participant/rules.ts'
import type { InRoom } from '../participant/wire.ts'
import { refuseLength, type SentText } from '../question/lengths.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseContributing, refuseIdeasNow, refuseOnceVotesAreOver } from '../question/stages.ts'
import type { IdeaClosure } from '../moderation/wire.ts'
import type { Picture } from './image.ts'
import { refuseExtras, refuseNewIdea, safeLink } from './rules.ts'
import * as store from './store.ts'
import type { IdeaPatch, NewIdea } from './wire.ts'

/**
 * Adds an idea; where it is to wait for the owner, nobody else sees it before.
 * @param picture already re-encoded; stored with the idea in the same transaction
 * @returns its public id. @throws ideas_over, new_ideas_off, ideas_spent, invalid_input (a text longer than the owner takes), images_off, links_off, link_not_safe
 */
export async function addIdea(
  taken: Taken,
  { seat, participant }: ParticipantSeat,
  input: NewIdea,
  picture: Picture | null = null,
): Promise<string> {
  hold(refuseIdeasNow(taken.question, taken.now, seat.isOwner))
  const added = await store.countIdeasBy(taken.trx, taken.question.id, participant.id)
  const settings = settingsOf(taken.question)
  hold(refuseNewIdea(settings, seat.isOwner, added))
  hold(refuseLength(settings, seat.isOwner, textsOf(input)))
  hold(refuseExtras(settings, seat.isOwner, { image: picture !== null, link: linkFrom(input.link) !== null }))
  const texts = [input.title, input.description ?? '', input.link ?? '']
  const waits = await refersToOwner(taken, seat.isOwner, texts)
  return (await storeNewIdea(taken, participant.id, input, picture, { waits })).public_id
}

/**
 * Adds an idea for somebody in the room. It is nobody's own, so no limit counts it; else what participants may add may be
 * added for those in the room, and the owner has seen it already.
 * @returns its public id
 * @throws question_closed, not_open_yet, ideas_over, new_ideas_off, links_off, link_not_safe, names_hidden, name_required
 */
export async function addIdeaInRoom(taken: Taken, _seat: OwnerSeat, input: NewIdea, room: InRoom): Promise<string> {
  const settings = settingsOf(taken.question)
  hold(refuseContributing(taken.question, taken.now, false))
  hold(refuseIdeasNow(taken.question, taken.now, false))
  hold(refuseNewIdea(settings, false, 0))
  hold(refuseExtras(settings, false, { image: false, link: linkFrom(input.link) !== null }))
  return (await storeNewIdea(taken, null, input, null, { room: { name: roomName(settings, room) } })).public_id
}

/**
 * Writes an idea down, as every door and the importer do.
 * @param how.at when it was added. @param how.room for whom in the room, whose name may not be known. @throws link_not_safe
 */
export async function storeNewIdea(
  taken: Taken,
  authorKey: number | null,
  input: NewIdea,
  picture: Picture | null = null,
  { at = taken.now, waits = false, room }: { at?: number; waits?: boolean; room?: { name: string | null } } = {},
): Promise<Pick<IdeaRow, 'id' | 'public_id' | 'closed_at'>> {
  const idea = {
    id: nextId(taken),
    public_id: newPublicId(),
    author_id: authorKey,
    title: tidyLine(input.title),
    description: tidyText(input.description ?? ''),
    link: linkFrom(input.link),
    image_id: picture && (await storePicture(taken, picture)),
    created_at: at,
    hidden_at: waits ? at : null,
    in_room: room ? 1 : 0,
    room_name: room?.name ?? null,
  }
  await store.storeIdea(taken, idea)
  if (waits) await holdBack(taken, 'idea', idea.public_id)
  else {
    taken.question.ideas += 1
    taken.question.room_ideas += idea.in_room
    append(taken, 'idea.added', { idea: idea.public_id, ...(room && { inRoom: true }) }, at)
  }
  return { id: idea.id, public_id: idea.public_id, closed_at: null }
}

/**
 * Changes an idea's text or link; the page marks it as edited from then on. Where that is to wait for the owner, everyone
 * goes on seeing what was there; what the owner changes of somebody else's is entered into the list of acts.
 * @throws idea_not_found, links_off, link_not_safe
 */
export async function editIdea(taken: Taken, editor: Editor, idea: IdeaRow, patch: IdeaPatch): Promise<void> {
  const waiting = await findWaiting(taken.trx, taken.question.id, idea.public_id)
  const isOwn = idea.author_id !== null && idea.author_id === editor.participantKey
  // The owner changes what is held at the desk, where that shows it, too.
  const isHeld = waiting?.held === 1 && isOwn
  if (idea.hidden_at !== null && !isHeld) throw refuse('idea_not_found')
  const change = {
    title: patch.title === undefined ? idea.title : tidyLine(patch.title),
    description: patch.description === undefined ? idea.description : tidyText(patch.description),
    link: patch.link === undefined ? idea.link : linkFrom(patch.link),
  }
  const isNewLink = change.link !== null && change.link !== idea.link
  const settings = settingsOf(taken.question)
  hold(refuseExtras(settings, editor.isOwner, { image: false, link: isNewLink }))
  hold(refuseLength(settings, editor.isOwner, textsOf(patch, idea)))
  const isSame = change.title === idea.title && change.description === idea.description && change.link === idea.link
  if (isHeld) {
    // Nobody has seen it yet: there is nothing to be marked.
    if (!isSame) await store.updateIdea(taken, idea.id, change)
  } else if (
    !isSame &&
    (await refersToOwner(
      taken,
      editor.isOwner,
      Object.values(change).map((text) => text ?? ''),
    ))
  ) {
    await keepEdit(taken, 'idea', idea.public_id, change, waiting?.image_id)
    return
  } else {
    // What is as it was, or as it may be, needs no approval any more.
    if (waiting?.edit && isOwn)
      await keepEdit(taken, 'idea', idea.public_id, waiting.image_id === null ? null : {}, waiting.image_id)
    if (isSame) return
    await store.updateIdea(taken, idea.id, { ...change, edited_at: taken.now, owner_edited: isOwn ? 0 : 1 })
    append(taken, 'idea.edited', { idea: idea.public_id })
  }
  if (isOwn) return
  const { title, description, link } = idea
  const before = {
    waiting: null,
    fields: { title, description, link },
    editedAt: idea.edited_at,
    ownerEdited: idea.owner_edited,
  }
  await recordAct(taken, { kind: 'idea', thing: idea.public_id, authorKey: idea.author_id }, 'edit', {}, { before })
}

/** The texts of an idea whose length is bounded. */
function textsOf({ title, description }: IdeaPatch, before?: Pick<IdeaRow, 'title' | 'description'>): SentText[] {
  return [
    { path: 'title', text: title, setting: 'ideaTitleLength', ...(before && { before: before.title }) },
    {
      path: 'description',
      text: description,
      setting: 'ideaDescriptionLength',
      ...(before && { before: before.description }),
    },
  ]
}

/** Puts a picture on an idea, or takes it away with null. Where all waits for the owner, so does its author's picture. */
export async function setImage(taken: Taken, editor: Editor, idea: IdeaRow, picture: Picture | null): Promise<void> {
  const waiting = await findWaiting(taken.trx, taken.question.id, idea.public_id)
  const isOwn = idea.author_id !== null && idea.author_id === editor.participantKey
  const isHeld = waiting?.held === 1 && isOwn
  if (idea.hidden_at !== null && !isHeld) throw refuse('idea_not_found')
  if (idea.image_id === null && picture === null) return
  hold(refuseExtras(settingsOf(taken.question), editor.isOwner, { image: picture !== null, link: false }))
  const imageKey = picture && (await storePicture(taken, picture))
  if (imageKey !== null && !isHeld && (await refersToOwner(taken, editor.isOwner, []))) {
    const edit = waiting?.edit ? (JSON.parse(waiting.edit) as Record<string, string | null>) : {}
    await keepEdit(taken, 'idea', idea.public_id, edit, imageKey)
    if (waiting?.image_id != null) await store.deleteImage(taken, waiting.image_id)
    return
  }
  await store.updateIdea(taken, idea.id, {
    image_id: imageKey,
    ...(!isHeld && { edited_at: taken.now }),
    ...(!isOwn && { owner_edited: 1 }),
  })
  if (idea.image_id !== null) await store.deleteImage(taken, idea.image_id)
  if (!isHeld) append(taken, 'idea.edited', { idea: idea.public_id })
  // The picture that was there is gone, so this cannot be undone.
  if (!isOwn) await recordAct(taken, { kind: 'idea', thing: idea.public_id, authorKey: idea.author_id }, 'edit', {})
}

/**
 * Lets nobody vote for an idea any more, and says why; who voted can still take their vote back. Saying why anew
 * replaces what was said.
 */
export async function closeIdea(taken: Taken, _seat: OwnerSeat, ideaId: string, { why }: IdeaClosure): Promise<void> {
  const idea = await store.loadIdea(taken.trx, taken.question.id, ideaId)
  const closedWhy = tidyText(why)
  if (idea.closed_at !== null && idea.closed_why === closedWhy) return
  if (idea.closed_at !== null) await undoClosing(taken, idea)
  await store.updateIdea(taken, idea.id, { closed_at: taken.now, closed_why: closedWhy })
  append(taken, 'idea.closed', { idea: ideaId })
  const about = { kind: 'idea', thing: ideaId, authorKey: idea.author_id } as const
  await recordAct(taken, about, 'close', { note: closedWhy }, { before: { waiting: null } })
}

/** Lets people vote for an idea again. */
export async function reopenIdea(taken: Taken, _seat: OwnerSeat, ideaId: string): Promise<void> {
  const idea = await store.loadIdea(taken.trx, taken.question.id, ideaId)
  if (idea.closed_at === null) return
  await undoClosing(taken, idea)
  await store.updateIdea(taken, idea.id, { closed_at: null, closed_why: null })
  append(taken, 'idea.reopened', { idea: ideaId })
}

async function undoClosing(taken: Taken, idea: IdeaRow): Promise<void> {
  const act = await findLiveAct(taken.trx, taken.question.id, idea.public_id, 'close')
  if (act) await markUndone(taken, act.id)
}

/** An idea that this editor may remove, also when it was merged. @throws idea_not_found, author_only, votes_over */
export async function takeIdeaToDelete(taken: Taken, editor: Editor, ideaId: string): Promise<IdeaRow> {
  const idea = await store.loadIdeaEvenMerged(taken.trx, taken.question.id, ideaId)
  hold(refuseChange(idea, editor, 'idea_not_found'))
  // The votes for it would go with it.
  if (!editor.isOwner) hold(refuseOnceVotesAreOver(taken.question, taken.now))
  return idea
}

/** An idea that this editor may change, hidden or not. @throws idea_not_found, author_only */
export async function takeIdea(taken: Taken, editor: Editor, ideaId: string): Promise<IdeaRow> {
  const idea = await store.loadIdeaEvenHidden(taken.trx, taken.question.id, ideaId)
  hold(refuseChange(idea, editor, 'idea_not_found'))
  return idea
}

async function storePicture(taken: Taken, picture: Picture): Promise<number> {
  const id = nextId(taken)
  await store.storeImage(taken, { id, public_id: newPublicId(), ...picture })
  return id
}

/** A link as it is stored; none where nothing was typed. @throws link_not_safe */
export function linkFrom(typed: string | null | undefined): string | null {
  const link = tidyLine(typed ?? '')
  return link === '' ? null : safeLink(link)
}

import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine, tidyText } from '../base/text.ts'
import type { IdeaRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, type Editor } from '../participant/rules.ts'
import { settingsOf } from '../question/rules.ts'
import type { Picture } from './image.ts'
import { refuseNewIdea, safeLink } from './rules.ts'
import * as store from './store.ts'
import type { IdeaPatch, NewIdea } from './wire.ts'

/**
 * Adds an idea.
 * @param picture already re-encoded; stored with the idea in the same transaction
 * @returns its public id. @throws new_ideas_off, ideas_spent, link_not_safe
 */
export async function addIdea(
  taken: Taken,
  { seat, participant }: ParticipantSeat,
  input: NewIdea,
  picture: Picture | null = null,
): Promise<string> {
  const added = await store.countIdeasBy(taken.trx, taken.question.id, participant.id)
  hold(refuseNewIdea(settingsOf(taken.question), seat.isOwner, added))
  return (await storeNewIdea(taken, participant.id, input, picture)).public_id
}

/** Writes an idea down, as every door and the importer do. @throws link_not_safe */
export async function storeNewIdea(
  taken: Taken,
  authorKey: number | null,
  input: NewIdea,
  picture: Picture | null = null,
  at = taken.now,
): Promise<Pick<IdeaRow, 'id' | 'public_id'>> {
  const idea = {
    id: nextId(taken),
    public_id: newPublicId(),
    author_id: authorKey,
    title: tidyLine(input.title),
    description: tidyText(input.description ?? ''),
    link: linkFrom(input.link),
    image_id: picture && (await storePicture(taken, picture)),
    created_at: at,
  }
  await store.storeIdea(taken, idea)
  taken.question.ideas += 1
  append(taken, 'idea.added', { idea: idea.public_id }, at)
  return { id: idea.id, public_id: idea.public_id }
}

/**
 * Changes an idea's text or link; the page marks it as edited from then on.
 * @throws link_not_safe
 */
export async function editIdea(taken: Taken, idea: IdeaRow, patch: IdeaPatch): Promise<void> {
  if (idea.hidden_at !== null) throw refuse('idea_not_found')
  const change = {
    title: patch.title === undefined ? idea.title : tidyLine(patch.title),
    description: patch.description === undefined ? idea.description : tidyText(patch.description),
    link: patch.link === undefined ? idea.link : linkFrom(patch.link),
  }
  if (change.title === idea.title && change.description === idea.description && change.link === idea.link) return
  await store.updateIdea(taken, idea.id, { ...change, edited_at: taken.now })
  append(taken, 'idea.edited', { idea: idea.public_id })
}

/** Puts a picture on an idea, or takes it away with null. */
export async function setImage(taken: Taken, idea: IdeaRow, picture: Picture | null): Promise<void> {
  if (idea.hidden_at !== null) throw refuse('idea_not_found')
  if (idea.image_id === null && picture === null) return
  const imageKey = picture && (await storePicture(taken, picture))
  await store.updateIdea(taken, idea.id, { image_id: imageKey, edited_at: taken.now })
  if (idea.image_id !== null) await store.deleteImage(taken, idea.image_id)
  append(taken, 'idea.edited', { idea: idea.public_id })
}

/** An idea that this editor may remove, also when it was merged. @throws idea_not_found, author_only */
export async function takeIdeaToDelete(taken: Taken, editor: Editor, ideaId: string): Promise<IdeaRow> {
  const idea = await store.loadIdeaEvenMerged(taken.trx, taken.question.id, ideaId)
  hold(refuseChange(idea, editor, 'idea_not_found'))
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

function linkFrom(typed: string | null | undefined): string | null {
  const link = tidyLine(typed ?? '')
  return link === '' ? null : safeLink(link)
}

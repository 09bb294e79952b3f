import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import type { CommentRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { holdBack, keepEdit, recordAct, refersToOwner } from '../moderation/actions.ts'
import { findWaiting } from '../moderation/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, type Editor } from '../participant/rules.ts'
import { refuseLength } from '../question/lengths.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseNewComment } from './rules.ts'
import * as store from './store.ts'
import type { NewComment } from './wire.ts'

/** Adds to the discussion. @returns the comment's public id. @throws comments_off, invalid_input */
export async function addComment(
  taken: Taken,
  { seat, participant }: ParticipantSeat,
  input: NewComment,
): Promise<string> {
  const settings = settingsOf(taken.question)
  hold(refuseNewComment(settings, seat.isOwner))
  hold(refuseLength(settings, seat.isOwner, [{ path: 'text', text: input.text, setting: 'commentLength' }]))
  const publicId = newPublicId()
  const text = tidyText(input.text)
  const waits = await refersToOwner(taken, seat.isOwner, [text])
  await store.storeComment(taken, {
    id: nextId(taken),
    public_id: publicId,
    author_id: participant.id,
    text,
    created_at: taken.now,
    hidden_at: waits ? taken.now : null,
  })
  if (waits) {
    await holdBack(taken, 'comment', publicId)
    return publicId
  }
  taken.question.comments += 1
  append(taken, 'comment.added', { comment: publicId })
  return publicId
}

/**
 * Changes a comment's text; the page marks it as edited from then on. Where that is to wait for the owner, everyone goes
 * on seeing what was there; what the owner changes of somebody else's is entered into the list of acts.
 */
export async function editComment(taken: Taken, editor: Editor, comment: CommentRow, patch: NewComment): Promise<void> {
  const thing = comment.public_id
  const waiting = await findWaiting(taken.trx, taken.question.id, thing)
  const isOwn = comment.author_id !== null && comment.author_id === editor.participantKey
  // The owner changes what is held at the desk, where that shows it, too.
  const isHeld = waiting?.held === 1 && isOwn
  if (comment.hidden_at !== null && !isHeld) throw refuse('comment_not_found')
  const text = tidyText(patch.text)
  const sent = { path: 'text', text: patch.text, before: comment.text, setting: 'commentLength' } as const
  hold(refuseLength(settingsOf(taken.question), editor.isOwner, [sent]))
  const isSame = text === comment.text
  // Nobody has seen yet what is held: there is nothing to be marked.
  if (isHeld && !isSame) await store.updateComment(taken, comment.id, { text })
  else if (!isHeld && !isSame && (await refersToOwner(taken, editor.isOwner, [text]))) {
    await keepEdit(taken, 'comment', thing, { text })
    return
  } else if (!isHeld) {
    if (waiting?.edit && isOwn) await keepEdit(taken, 'comment', thing, null)
    if (isSame) return
    await store.updateComment(taken, comment.id, { text, edited_at: taken.now, owner_edited: isOwn ? 0 : 1 })
    append(taken, 'comment.edited', { comment: thing })
  }
  if (isOwn || isSame) return
  const before = {
    waiting: null,
    fields: { text: comment.text },
    editedAt: comment.edited_at,
    ownerEdited: comment.owner_edited,
  }
  await recordAct(taken, { kind: 'comment', thing, authorKey: comment.author_id }, 'edit', {}, { before })
}

export async function deleteComment(taken: Taken, comment: CommentRow): Promise<void> {
  const wasSeen = (await findWaiting(taken.trx, taken.question.id, comment.public_id))?.held !== 1
  await store.deleteCommentRow(taken, comment.id)
  if (comment.hidden_at === null) taken.question.comments -= 1
  // Of what nobody has seen, nobody is told that it is gone.
  if (wasSeen) append(taken, 'comment.deleted', { comment: comment.public_id })
}

/** Takes a comment out of everyone's sight, or puts it back; doing so again changes nothing. @param as the feed's word */
export async function setCommentHidden(
  taken: Taken,
  _seat: OwnerSeat,
  comment: CommentRow,
  hidden: boolean,
  as: 'comment.hidden' | 'comment.shown' | 'comment.added' = hidden ? 'comment.hidden' : 'comment.shown',
): Promise<void> {
  if ((comment.hidden_at !== null) === hidden) return
  await store.updateComment(taken, comment.id, { hidden_at: hidden ? taken.now : null })
  taken.question.comments += hidden ? -1 : 1
  append(taken, as, { comment: comment.public_id })
}

/** A comment that this editor may change, hidden or not. @throws comment_not_found, author_only */
export async function takeComment(taken: Taken, editor: Editor, commentId: string): Promise<CommentRow> {
  const comment = await store.loadComment(taken.trx, taken.question.id, commentId)
  hold(refuseChange(comment, editor, 'comment_not_found'))
  return comment
}

import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import type { CommentRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, type Editor } from '../participant/rules.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseNewComment } from './rules.ts'
import * as store from './store.ts'
import type { NewComment } from './wire.ts'

/** Adds to the discussion. @returns the comment's public id. @throws comments_off */
export async function addComment(
  taken: Taken,
  { seat, participant }: ParticipantSeat,
  input: NewComment,
): Promise<string> {
  hold(refuseNewComment(settingsOf(taken.question), seat.isOwner))
  const publicId = newPublicId()
  await store.storeComment(taken, {
    id: nextId(taken),
    public_id: publicId,
    author_id: participant.id,
    text: tidyText(input.text),
    created_at: taken.now,
  })
  taken.question.comments += 1
  append(taken, 'comment.added', { comment: publicId })
  return publicId
}

/** Changes a comment's text; the page marks it as edited from then on. */
export async function editComment(taken: Taken, comment: CommentRow, patch: NewComment): Promise<void> {
  if (comment.hidden_at !== null) throw refuse('comment_not_found')
  const text = tidyText(patch.text)
  if (text === comment.text) return
  await store.updateComment(taken, comment.id, { text, edited_at: taken.now })
  append(taken, 'comment.edited', { comment: comment.public_id })
}

export async function deleteComment(taken: Taken, comment: CommentRow): Promise<void> {
  await store.deleteCommentRow(taken, comment.id)
  if (comment.hidden_at === null) taken.question.comments -= 1
  append(taken, 'comment.deleted', { comment: comment.public_id })
}

/** Takes a comment out of everyone's sight, or puts it back; doing so again changes nothing. */
export async function setCommentHidden(
  taken: Taken,
  _seat: OwnerSeat,
  comment: CommentRow,
  hidden: boolean,
): Promise<void> {
  if ((comment.hidden_at !== null) === hidden) return
  await store.updateComment(taken, comment.id, { hidden_at: hidden ? taken.now : null })
  taken.question.comments += hidden ? -1 : 1
  append(taken, hidden ? 'comment.hidden' : 'comment.shown', { comment: comment.public_id })
}

/** A comment that this editor may change, hidden or not. @throws comment_not_found, author_only */
export async function takeComment(taken: Taken, editor: Editor, commentId: string): Promise<CommentRow> {
  const comment = await store.loadComment(taken.trx, taken.question.id, commentId)
  hold(refuseChange(comment, editor, 'comment_not_found'))
  return comment
}

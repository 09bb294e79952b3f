import { refuse } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import type { IdeaRow, NewIdeaRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'

/** An idea that everyone can see, by public id. @throws idea_not_found, also when it is hidden or merged */
export async function loadIdea(db: Db | Trx, questionKey: number, ideaId: string): Promise<IdeaRow> {
  const row = await loadIdeaEvenHidden(db, questionKey, ideaId)
  if (row.hidden_at !== null) throw refuse('idea_not_found')
  return row
}

/** The same, hidden or not, for the owner and its author. @throws idea_not_found, also when it is merged */
export async function loadIdeaEvenHidden(db: Db | Trx, questionKey: number, ideaId: string): Promise<IdeaRow> {
  const row = await loadIdeaEvenMerged(db, questionKey, ideaId)
  if (row.merged_into !== null) throw refuse('idea_not_found')
  return row
}

/** The same, merged or not, for taking it out of the idea into which it was merged. @throws idea_not_found */
export async function loadIdeaEvenMerged(db: Db | Trx, questionKey: number, ideaId: string): Promise<IdeaRow> {
  const row = await db
    .selectFrom('ideas')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('public_id', '=', ideaId)
    .executeTakeFirst()
  if (!row) throw refuse('idea_not_found')
  return row
}

/** Ideas of others that were merged into an idea. */
export async function countMergedFromOthers(taken: Taken, idea: IdeaRow): Promise<number> {
  const row = await taken.trx
    .selectFrom('ideas')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('question_id', '=', taken.question.id)
    .where('merged_into', '=', idea.id)
    .where((of) => of.or([of('author_id', 'is', null), of('author_id', '<>', idea.author_id)]))
    .executeTakeFirstOrThrow()
  return row.count
}

/** How many ideas a participant has there now, hidden ones included, so that hiding one earns no further try. */
export async function countIdeasBy(db: Db | Trx, questionKey: number, participantKey: number): Promise<number> {
  const row = await db
    .selectFrom('ideas')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('question_id', '=', questionKey)
    .where('author_id', '=', participantKey)
    .executeTakeFirstOrThrow()
  return row.count
}

export async function storeIdea(taken: Taken, row: Omit<NewIdeaRow, 'question_id'>): Promise<void> {
  await taken.trx
    .insertInto('ideas')
    .values({ question_id: taken.question.id, ...row })
    .execute()
}

export async function updateIdea(taken: Taken, ideaKey: number, change: Partial<IdeaRow>): Promise<void> {
  await taken.trx
    .updateTable('ideas')
    .set(change)
    .where('question_id', '=', taken.question.id)
    .where('id', '=', ideaKey)
    .execute()
}

export async function storeImage(
  taken: Taken,
  row: { id: number; public_id: string; type: string; width: number; height: number; bytes: Uint8Array },
): Promise<void> {
  await taken.trx
    .insertInto('images')
    .values({ question_id: taken.question.id, created_at: taken.now, ...row })
    .execute()
}

/** Removes a picture that no idea shows any more. */
export async function deleteImage(taken: Taken, imageKey: number): Promise<void> {
  await taken.trx.deleteFrom('images').where('question_id', '=', taken.question.id).where('id', '=', imageKey).execute()
}

export interface StoredImage {
  type: string
  bytes: Uint8Array
}

/** The bytes of a picture of an idea that everyone can see. */
export async function findImage(db: Db, questionKey: number, imageId: string): Promise<StoredImage | undefined> {
  return await db
    .selectFrom('images')
    .innerJoin('ideas', (join) =>
      join.onRef('ideas.question_id', '=', 'images.question_id').onRef('ideas.image_id', '=', 'images.id'),
    )
    .select(['images.type', 'images.bytes'])
    .where('images.question_id', '=', questionKey)
    .where('images.public_id', '=', imageId)
    .where('ideas.hidden_at', 'is', null)
    .where('ideas.merged_into', 'is', null)
    .executeTakeFirst()
}

/** The bytes of a picture that waits for the owner, on an idea that does or as a change of one, and who wants it there. */
export async function findWaitingImage(
  db: Db,
  questionKey: number,
  imageId: string,
): Promise<(StoredImage & { author_id: number | null }) | undefined> {
  return await db
    .selectFrom('images as m')
    .innerJoin('waiting as w', (join) => join.onRef('w.question_id', '=', 'm.question_id'))
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'm.question_id').onRef('i.public_id', '=', 'w.thing'),
    )
    .select(['m.type', 'm.bytes', 'i.author_id'])
    .where('m.question_id', '=', questionKey)
    .where('m.public_id', '=', imageId)
    .where((of) =>
      of.or([
        of('w.image_id', '=', of.ref('m.id')),
        of.and([of('w.held', '=', 1), of('i.image_id', '=', of.ref('m.id'))]),
      ]),
    )
    .executeTakeFirst()
}

import { hashToken, participantToken, sameBytes } from '../base/ids.ts'
import { refuse, type Refusal } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { Once } from '../feed/once.ts'
import type { Newcomer } from './rules.ts'

declare const brand: unique symbol

/** Who is calling, as a door read it from the request. Nothing in it is proven yet. */
export interface Caller {
  /** Token of an Authorization header. */
  bearer: string | null
  /** The device's secret from its cookie, or a fresh one that becomes its cookie when it is used. */
  device: string
  /** Set for a request that must be carried out once however often it is sent. */
  once?: Once
  /** The name to take part under, where the first contribution brings one along. */
  name?: string | null
  /** From where somebody would begin to take part; none for a network in which everyone may stand. */
  newcomer?: Newcomer
}

/** The proven standing of one caller on one question. Minted by `takeSeat` alone. */
export interface Seat {
  readonly isOwner: boolean
  /** What identifies the participant: the hash of the token this caller has on this question. */
  readonly tokenHash: Uint8Array
  /** A bearer token that is no longer known stands for nobody and cannot begin to take part. */
  readonly canJoin: boolean
  readonly [brand]: 'Seat'
}

/** A seat that may run the question. */
export type OwnerSeat = Seat & { readonly isOwner: true }

/**
 * Proves what a caller may do on a question.
 * @throws token_unknown when a bearer token is neither the admin token nor that of a participant
 */
export async function takeSeat(db: Db, question: QuestionRow, caller: Caller): Promise<Seat> {
  const { tokenHash, isAdmin, isBearer } = identify(question, caller)
  if (isAdmin) return seat(true, tokenHash, true)
  if (!isBearer) return seat(await holdsToken(db, 'owners', question, tokenHash), tokenHash, true)
  if (!(await holdsToken(db, 'participants', question, tokenHash))) throw refuseToken(question)
  return seat(false, tokenHash, false)
}

/** By which token hash a caller goes on a question, before anything is looked up. */
export function identify(
  question: Pick<QuestionRow, 'public_id' | 'admin_hash'>,
  caller: Caller,
): { tokenHash: Uint8Array; isAdmin: boolean; isBearer: boolean } {
  if (caller.bearer === null)
    return { tokenHash: participantTokenHash(caller.device, question.public_id), isAdmin: false, isBearer: false }
  const tokenHash = hashToken(caller.bearer)
  if (!sameBytes(tokenHash, question.admin_hash)) return { tokenHash, isAdmin: false, isBearer: true }
  // The admin token takes part too, so that an owner can vote over the API. What identifies that participant follows
  // from no token at all: who held the admin token before it was replaced has nothing left of it.
  return { tokenHash: hashToken(`owner of ${question.public_id}`), isAdmin: true, isBearer: true }
}

/** What is stored of a device's token on a question. */
export function participantTokenHash(device: string, questionId: string): Uint8Array {
  return hashToken(participantToken(device, questionId))
}

/** Like `takeSeat`, for what only the owner may do. @throws owner_only */
export async function takeOwnerSeat(db: Db, question: QuestionRow, caller: Caller): Promise<OwnerSeat> {
  const taken = await takeSeat(db, question, caller)
  if (!taken.isOwner) throw refuse(question.deleted_at === null ? 'owner_only' : 'question_not_found')
  return taken as OwnerSeat
}

/** What to say to a token that is not known. A deleted question is not there for anyone but its owner. */
export function refuseToken(question: Pick<QuestionRow, 'deleted_at'>): Refusal {
  return refuse(question.deleted_at === null ? 'token_unknown' : 'question_not_found')
}

function seat(isOwner: boolean, tokenHash: Uint8Array, canJoin: boolean): Seat {
  return { isOwner, tokenHash, canJoin } as Seat
}

async function holdsToken(
  db: Db,
  table: 'owners' | 'participants',
  question: QuestionRow,
  hash: Uint8Array,
): Promise<boolean> {
  const row = await db
    .selectFrom(table)
    .select('question_id')
    .where('question_id', '=', question.id)
    .where('token_hash', '=', hash)
    .executeTakeFirst()
  return row !== undefined
}

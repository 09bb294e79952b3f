// Over 300 lines: it is the whole schema as the code sees it, in one place.
import type { Generated, Insertable, Selectable } from 'kysely'

/**
 * The schema as the code sees it. Times are milliseconds since the epoch; booleans are 0 and 1, which both engines
 * keep as small integers. Every table's key starts with the question, and within a question every row has a small
 * integer key inside and an unguessable public id outside.
 */
export interface Tables {
  addresses: AddressTable
  questions: QuestionTable
  owners: OwnerTable
  participants: ParticipantTable
  ideas: IdeaTable
  images: ImageTable
  votes: VoteTable
  votes_aside: VoteTable
  asides: AsideTable
  tallies: TallyTable
  invitations: InvitationTable
  arguments: ArgumentTable
  agreements: AgreementTable
  comments: CommentTable
  decisions: DecisionTable
  changes: ChangeTable
  held_words: HeldWordsTable
  waiting: WaitingTable
  acts: ActTable
  reports: ReportTable
  moved: MovedTable
  room_entries: RoomEntryTable
  room_votes: RoomVoteTable
  replies: ReplyTable
  imports: ImportTable
  proofs: ProofTable
  letters: LetterTable
  confirmations: ConfirmationTable
  confirmed: ConfirmedTable
  server: ServerTable
  leases: LeaseTable
}

/** Which question is at an address. The one way from a public id to the key by which all else is found. */
export interface AddressTable {
  public_id: string
  question_id: number
}

export interface QuestionTable {
  id: Generated<number>
  public_id: string
  /** Number of the last change; also the lock's counter, so it grows only while the row is taken. */
  revision: Generated<number>
  /** Next integer key for a row of this question. */
  next_id: Generated<number>
  title: string
  description: string
  settings: string
  admin_hash: Uint8Array
  created_at: number
  closes_at: number | null
  closed_at: number | null
  deleted_at: number | null
  /** When it opens, when ideas end, when voting begins and ends; null for what is not limited. */
  opens_at: number | null
  ideas_until: number | null
  votes_from: number | null
  votes_until: number | null
  /** The next of these moments that is to be written down when it comes; null while it is closed. */
  turns_at: number | null
  /** The IANA zone that its times are told in; null for each reader's own. */
  time_zone: string | null
  /** From when on names and devices are to be forgotten, by the question's own settings. */
  forget_at: number | null
  /** When they were. */
  forgotten_at: number | null
  participants: Generated<number>
  votes: Generated<number>
  /** Votes in the room, which `votes` are without. */
  room_votes: Generated<number>
  ideas: Generated<number>
  arguments: Generated<number>
  /** How many of them were said in the room. */
  room_ideas: Generated<number>
  room_arguments: Generated<number>
  comments: Generated<number>
  /** Hash of the last change up to `head_revision`; null while there is none. */
  head: Generated<Uint8Array | null>
  /** Behind `revision` only where a release that knew of no hashes has appended changes since. */
  head_revision: Generated<number>
  /** Secret from which the receipts of participants follow; null where a release asked that gave none. */
  receipt_key: Generated<Uint8Array | null>
}

/** Devices that opened the admin link: the hash of the token that this device has on this question. */
export interface OwnerTable {
  question_id: number
  token_hash: Uint8Array
  created_at: number
}

export interface ParticipantTable {
  question_id: number
  id: number
  public_id: string
  name: string | null
  token_hash: Uint8Array
  level: string
  created_at: number
  /** Hash of the network from which they began, for some days; null where there is none to tell. See `Newcomers`. */
  network: string | null
  /** With which setting aside their votes went out of the count; null while they count. */
  set_aside: Generated<number | null>
  /** The invitation that they hold, whatever else their level rose to; null without one. */
  invitation_id: Generated<number | null>
}

export interface IdeaTable {
  question_id: number
  id: number
  public_id: string
  author_id: number | null
  title: string
  description: string
  link: string | null
  image_id: number | null
  created_at: number
  edited_at: number | null
  hidden_at: number | null
  /** The idea into which this one was merged; it is then shown as a line of that idea and nowhere else. */
  merged_into: number | null
  votes: Generated<number>
  /** How many of `votes` come after the first of each voter: without them it is how many people voted. */
  further_votes: Generated<number>
  /** Votes in the room, which `votes` are without; those for what was merged into it among them. */
  room_votes: Generated<number>
  /** 1 where the owner changed what somebody else wrote. */
  owner_edited: Generated<number>
  /** 1 where the owner added it for somebody in the room, whose name stands beside it or is not known. */
  in_room: Generated<number>
  room_name: Generated<string | null>
  /** Since when the idea takes no more votes, and why. */
  closed_at: number | null
  closed_why: string | null
}

export interface ImageTable {
  question_id: number
  id: number
  public_id: string
  type: string
  width: number
  height: number
  bytes: Uint8Array
  created_at: number
}

export interface VoteTable {
  question_id: number
  participant_id: number
  idea_id: number
  /** How many votes it counts, from 1 to the question's `votesPerIdea`. */
  value: number
  level: string
  cast_at: number
  /** The question's revision when the vote was cast: the order in which voters are named. */
  revision: number
  /** 1 while the participant has a name, 0 while not. */
  named: number
}

/** That an owner set votes aside. It is never taken out, only undone. */
export interface AsideTable {
  question_id: number
  id: number
  public_id: string
  /** `newcomers`: of all who began from one network within a short time; `person`: of one who shows a name. */
  about: 'newcomers' | 'person'
  reason: string
  note: string
  /** Whose votes, and how many of them counted until then. */
  people: number
  votes: number
  at: number
  undone_at: number | null
}

/** Of an idea's votes, how many were cast at a level above `open`. Where there are none, there need be no row. */
export interface TallyTable {
  question_id: number
  idea_id: number
  level: string
  votes: number
}

/** Lets somebody in who has its token. */
export interface InvitationTable {
  question_id: number
  id: number
  public_id: string
  token_hash: Uint8Array
  /** Whom or what it is for, in the owner's words and for the owner alone; empty for nothing. */
  label: string
  /** To where it can be sent; null for nowhere. For the owner alone. */
  address: string | null
  /** How many devices it lets in; null for any number. */
  most: number | null
  uses: Generated<number>
  created_at: number
  revoked_at: number | null
}

export interface ArgumentTable {
  question_id: number
  id: number
  public_id: string
  idea_id: number
  author_id: number | null
  side: string
  text: string
  created_at: number
  edited_at: number | null
  hidden_at: number | null
  agreements: Generated<number>
  owner_edited: Generated<number>
  /** As with an idea. */
  in_room: Generated<number>
  room_name: Generated<string | null>
}

export interface AgreementTable {
  question_id: number
  participant_id: number
  argument_id: number
  created_at: number
}

export interface CommentTable {
  question_id: number
  id: number
  public_id: string
  author_id: number | null
  text: string
  created_at: number
  edited_at: number | null
  hidden_at: number | null
  owner_edited: Generated<number>
}

export interface DecisionTable {
  question_id: number
  statement: string
  /** JSON array of the chosen ideas' public ids, in the order given. */
  ideas: string
  decided_at: number
}

export interface ChangeTable {
  question_id: number
  revision: number
  type: string
  /** JSON, public: the shape belongs to the type. */
  data: string
  at: number
  /** SHA-256 over the hash before it and all that it says; null where a release appended it that knew of none. */
  hash: Uint8Array | null
}

/** Words that hold back what contains one: a JSON array. They are the owner's alone. */
export interface HeldWordsTable {
  question_id: number
  words: string
}

/** A contribution that waits for the owner: held back, changed by its author, or reported. */
export interface WaitingTable {
  question_id: number
  id: number
  /** Public id of the contribution. */
  thing: string
  kind: string
  since: number
  /** 1 while nobody but its author and the owner may see it; it is hidden, too. */
  held: number
  /** What its author wants it to say instead, as JSON; null where there is no such change. */
  edit: string | null
  /** The picture that its author wants on it. */
  image_id: number | null
}

/** An act of moderation. It is never taken out, only undone. */
export interface ActTable {
  question_id: number
  id: number
  public_id: string
  kind: string
  /** Public id of the contribution, also once that is gone. */
  thing: string
  author_id: number | null
  act: string
  reason: string | null
  note: string
  /** Public id of the idea into which one was merged. */
  into_thing: string | null
  /** What it takes to undo the act, as JSON; null once that cannot be. */
  before: string | null
  /** A picture that only this act still holds. */
  image_id: number | null
  at: number
  undone_at: number | null
}

/** That somebody asks the owner to look at a contribution; once each. */
export interface ReportTable {
  question_id: number
  id: number
  participant_id: number
  thing: string
  kind: string
  reason: string
  text: string
  at: number
  /** The act with which it was dealt with. */
  settled_by: number | null
}

/** What a merger moved: a vote by its participant's key, an argument, an idea merged before. */
export interface MovedTable {
  question_id: number
  act_id: number
  what: string
  key: number
  /** 1 for a vote of somebody who had voted for both ideas: it went, and the other took over the earlier time. */
  twice: number
  level: string | null
  cast_at: number | null
  revision: number | null
  /** How many votes they had for the one idea, and for the other; null for one each, which an older release noted. */
  value: number | null
  kept_value: number | null
  kept_cast_at: number | null
  kept_revision: number | null
}

/** Votes that the owner entered for people in the room, counted at one time. */
export interface RoomEntryTable {
  question_id: number
  id: number
  public_id: string
  how: 'hands' | 'paper'
  people: number
  note: string
  entered_at: number
  /** When the owner took it back. */
  withdrawn_at: number | null
}

/** How many votes of an entry were for an idea, be that merged into another by now or not. */
export interface RoomVoteTable {
  question_id: number
  entry_id: number
  idea_id: number
  votes: number
}

/** Answers kept for a day, so that a retried POST gets the same one; sealed with a key that only the retry can bring. */
export interface ReplyTable {
  key_hash: Uint8Array
  request_hash: Uint8Array
  sealed: Uint8Array
  created_at: number
}

/** Proofs by which somebody began to take part: each counts once. Kept until they would have expired. */
export interface ProofTable {
  question_id: number
  nonce: string
  network: string
  kind: 'work' | 'wait'
  used_at: number
  expires_at: number
}

/** That a seat has asked for a letter to confirm an address. Taken away when it is used, or has expired. */
export interface ConfirmationTable {
  question_id: number
  /** Hash of the key in the letter's link. */
  key_hash: Uint8Array
  /** The seat: hash of the token that the device has on this question, whether or not it takes part yet. */
  token_hash: Uint8Array
  /** Keyed hash of the address on this question. */
  address_hash: Uint8Array
  /** What the asking device shows. */
  number: string
  /** How often a wrong number was typed. */
  tries: number
  asked_at: number
  expires_at: number
}

/** Which addresses count on a question, and for whom: each for one participant, by its keyed hash. */
export interface ConfirmedTable {
  question_id: number
  address_hash: Uint8Array
  participant_id: number
  confirmed_at: number
}

/** Letters that wait for the mail server, and for a day those that it has. */
export interface LetterTable {
  id: string
  /** Keyed hash of the address, on the whole server. */
  to_hash: Uint8Array
  /** Hash of the network from which it was asked for; null where there is none to tell. */
  network: string | null
  created_at: number
  /** When it is tried next; null once it is done with. */
  next_at: number | null
  attempts: Generated<number>
  /** Address and words, sealed with the server's key; empty once it is done with. */
  sealed: Uint8Array
}

/** How far an import has come; written in the same transaction as what it brought in. */
export interface ImportTable {
  source: string
  question_id: number
  position: number
  finished_at: number | null
}

/** What the server keeps about itself, by name. */
export interface ServerTable {
  name: string
  value: string
}

/** Work that one node does for all of them, which node that is, and until when if nothing more is heard of it. */
export interface LeaseTable {
  work: string
  holder: string
  until: number
}

export type QuestionRow = Selectable<QuestionTable>
export type ParticipantRow = Selectable<ParticipantTable>
export type InvitationRow = Selectable<InvitationTable>
export type IdeaRow = Selectable<IdeaTable>
export type ArgumentRow = Selectable<ArgumentTable>
export type CommentRow = Selectable<CommentTable>
export type WaitingRow = Selectable<WaitingTable>
export type ActRow = Selectable<ActTable>
export type RoomEntryRow = Selectable<RoomEntryTable>
export type ConfirmationRow = Selectable<ConfirmationTable>
export type NewIdeaRow = Insertable<IdeaTable>

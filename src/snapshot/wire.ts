import { AsideReason, AsideView } from '../aside/wire.ts'
import Type, { type Static } from 'typebox'
import { ActName, Kind, Reason } from '../moderation/wire.ts'
import { Level, PublicId, Settings, Time } from '../question/wire.ts'

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Count = Type.Integer({ minimum: 0 })

/** Said to its author alone: it waits for the owner, or a change of it does. */
const held = Type.Optional(Type.Literal(true))

/** Said of what the owner added for somebody in the room, whose name `author` has; its author is no participant. */
const inRoom = Type.Optional(Type.Literal(true))

/** Who wrote something. `null` in its place when nobody is known; `name` is null for a participant without one. */
export const Author = nullable(Type.Object({ name: nullable(Type.String()) }))
export type Author = Static<typeof Author>

export const ArgumentView = Type.Object({
  id: PublicId,
  side: Type.Enum(['pro', 'con']),
  text: Type.String(),
  author: Author,
  inRoom,
  createdAt: Time,
  editedAt: nullable(Time),
  /** Whether the owner changed what its author wrote. */
  ownerEdited: Type.Boolean(),
  agreements: Count,
  held,
})
export type ArgumentView = Static<typeof ArgumentView>

export const ImageView = Type.Object({
  url: Type.String(),
  width: Type.Integer(),
  height: Type.Integer(),
})

const Voters = Type.Object({ first: Type.Array(Type.String()), others: Count })

export const IdeaView = Type.Object({
  id: PublicId,
  title: Type.String(),
  description: Type.String(),
  image: nullable(ImageView),
  link: nullable(Type.String()),
  author: Author,
  inRoom,
  createdAt: Time,
  editedAt: nullable(Time),
  /** All votes; null while they are hidden, as are those in the room and the voters. */
  votes: nullable(Count),
  /** How many of them the owner entered for people in the room. */
  votesInRoom: nullable(Count),
  /** The first three names in the order in which they voted, and how many more people voted; nobody in the room. */
  voters: nullable(Voters),
  /** Both sides by agreement, most first; the earlier argument first on a tie. */
  pros: Type.Array(ArgumentView),
  cons: Type.Array(ArgumentView),
  /** Titles of ideas that were merged into this one. */
  merged: Type.Array(Type.String()),
  ownerEdited: Type.Boolean(),
  /** Since when it takes no more votes, and why. */
  closed: nullable(Type.Object({ at: Time, why: Type.String() })),
  held,
})
export type IdeaView = Static<typeof IdeaView>

export const CommentView = Type.Object({
  id: PublicId,
  text: Type.String(),
  author: Author,
  createdAt: Time,
  editedAt: nullable(Time),
  ownerEdited: Type.Boolean(),
  held,
})
export type CommentView = Static<typeof CommentView>

export const DecisionView = Type.Object({
  ideas: Type.Array(PublicId),
  statement: Type.String(),
  decidedAt: Time,
})
export type DecisionView = Static<typeof DecisionView>

const Stage = Type.Enum(['later', 'now', 'over'])
/** Adding ideas, which its owner always may while it is open, and voting. Both are `later` while it is not open yet. */
const stages = { ideas: Stage, votes: Stage }

/** The public view of a question at a revision: the same for everyone, and all that anyone may see. */
export const Snapshot = Type.Object({
  id: PublicId,
  revision: Type.Integer({ minimum: 1 }),
  title: Type.String(),
  description: Type.String(),
  phase: Type.Enum(['open', 'closed']),
  createdAt: Time,
  closesAt: nullable(Time),
  closedAt: nullable(Time),
  /** When it opens, when new ideas end, when voting begins and ends; null for what is not limited. */
  opensAt: nullable(Time),
  ideasUntil: nullable(Time),
  votesFrom: nullable(Time),
  votesUntil: nullable(Time),
  /** The IANA zone that pages tell these times in; null for each reader's own. */
  timeZone: nullable(Type.String()),
  /** What is possible now, and what will be from the next of these times on, or from the deadline; null for no more. */
  stages: Type.Object({ ...stages, next: nullable(Type.Object({ at: Time, ...stages })) }),
  /** When the names and devices of those who took part were forgotten, as `settings.retention` or the operator had it. */
  forgottenAt: nullable(Time),
  settings: Settings,
  /** Participants and votes are null while votes are hidden: who joins by a vote would be seen by the one. */
  counts: Type.Object({
    participants: nullable(Count),
    votes: nullable(Count),
    votesInRoom: nullable(Count),
    /** How many of the votes were cast at which level; the rest, at `open`. Null while votes are hidden. */
    votesByLevel: nullable(Type.Object({ email: Count, invited: Count, account: Count })),
    ideas: Count,
    arguments: Count,
    /** How many of them the owner added for people in the room. */
    ideasInRoom: Count,
    argumentsInRoom: Count,
    comments: Count,
  }),
  /** In the question's order: most votes first by default, the earlier idea first on a tie. */
  ideas: Type.Array(IdeaView),
  /** The newest comments, oldest of them first; `counts.comments` says how many there are in all. */
  comments: Type.Array(CommentView),
  decision: nullable(DecisionView),
  /** Hash of the last change of the feed, once the question is closed. */
  head: nullable(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  /** What the owner did about contributions and has not undone: how many, by act and reason. */
  moderated: Type.Array(Type.Object({ act: ActName, reason: nullable(Reason), count: Count })),
  /** Votes that the owner set aside last, newest first, undone or not; `GET …/asides` has all. */
  asides: Type.Array(AsideView),
})
export type Snapshot = Static<typeof Snapshot>

/** An idea that is like what somebody types. */
export const SimilarIdea = Type.Object({
  id: PublicId,
  title: Type.String(),
  /** Whether it is so like that it may be the same idea. */
  same: Type.Boolean(),
  /** Whether it takes no more votes. */
  closed: Type.Boolean(),
})
export type SimilarIdea = Static<typeof SimilarIdea>

/** A page of the discussion, oldest first. */
export const CommentPage = Type.Object({
  comments: Type.Array(CommentView),
  total: Count,
  /** Id of the first comment here when there are earlier ones, to be asked for with `before`. */
  earlier: nullable(PublicId),
})
export type CommentPage = Static<typeof CommentPage>

/** The votes as they stand, for who is shown them while they are hidden from others. */
export const Results = Type.Object({
  participants: Count,
  votes: Count,
  votesInRoom: Count,
  ideas: Type.Array(Type.Object({ id: PublicId, votes: Count, votesInRoom: Count, voters: Voters })),
})
export type Results = Static<typeof Results>

/** What belongs to one visitor of the question, beside the snapshot. */
export const Overlay = Type.Object({
  role: Type.Enum(['owner', 'participant', 'stranger']),
  participant: nullable(Type.Object({ id: PublicId, name: nullable(Type.String()), joinedAt: Time })),
  /** Ids of the ideas voted for, in the order of voting, and of the arguments agreed with. */
  votes: Type.Array(PublicId),
  /** How many votes an idea has from them, for those that have more than one. */
  values: Type.Record(PublicId, Type.Integer({ minimum: 2 })),
  agreements: Type.Array(PublicId),
  /** Ids of what this participant wrote. */
  ideas: Type.Array(PublicId),
  arguments: Type.Array(PublicId),
  comments: Type.Array(PublicId),
  /** How well they are proven on this device, and whether they hold an invitation, which a higher level does not tell. */
  level: Level,
  invited: Type.Boolean(),
  /** What they lack to take part, and to vote; null for nothing. */
  needed: Type.Object({ takePart: nullable(Level), vote: nullable(Level) }),
  /** How many more votes and ideas the limits leave; null without a limit. */
  votesLeft: nullable(Count),
  ideasLeft: nullable(Count),
  /** While votes are hidden until one's own vote, for who has one; else null, for then the snapshot has them or nobody. */
  results: nullable(Results),
})
export type Overlay = Static<typeof Overlay>

/** What only the owner sees besides: hidden contributions, to be shown again or deleted. */
export const OwnerView = Type.Object({
  ideas: Type.Array(Type.Object({ id: PublicId, title: Type.String(), author: Author, inRoom })),
  arguments: Type.Array(Type.Object({ id: PublicId, idea: PublicId, text: Type.String(), author: Author, inRoom })),
  comments: Type.Array(Type.Object({ id: PublicId, text: Type.String(), author: Author })),
  deletedAt: nullable(Time),
})
export type OwnerView = Static<typeof OwnerView>

/** Whether it waits for the owner, or a change of it does. */
const waits = { held: Type.Boolean(), editHeld: Type.Boolean() }

/** What one participant contributed, in full, also what the owner has hidden; for the page "What you did". */
export const OwnContributions = Type.Object({
  votes: Type.Array(Type.Object({ idea: PublicId, title: Type.String(), votes: Count, castAt: Time })),
  ideas: Type.Array(
    Type.Object({
      id: PublicId,
      title: Type.String(),
      description: Type.String(),
      link: nullable(Type.String()),
      votes: nullable(Count),
      createdAt: Time,
      hidden: Type.Boolean(),
      ...waits,
    }),
  ),
  /** Ideas that the owner merged into others: lines there, which their author can still take out. */
  merged: Type.Array(
    Type.Object({ id: PublicId, title: Type.String(), into: Type.Object({ id: PublicId, title: Type.String() }) }),
  ),
  arguments: Type.Array(
    Type.Object({
      id: PublicId,
      idea: PublicId,
      ideaTitle: Type.String(),
      side: Type.Enum(['pro', 'con']),
      text: Type.String(),
      agreements: Count,
      createdAt: Time,
      hidden: Type.Boolean(),
      ...waits,
    }),
  ),
  agreements: Type.Array(
    Type.Object({ argument: PublicId, idea: PublicId, text: Type.String(), side: Type.Enum(['pro', 'con']) }),
  ),
  comments: Type.Array(
    Type.Object({ id: PublicId, text: Type.String(), createdAt: Time, hidden: Type.Boolean(), ...waits }),
  ),
  /** Where the owner set their votes aside: why, and which; null where they count. */
  setAside: nullable(
    Type.Object({
      reason: AsideReason,
      note: Type.String(),
      at: Time,
      votes: Type.Array(Type.Object({ idea: PublicId, title: Type.String(), votes: Count, castAt: Time })),
    }),
  ),
  /** What the owner did about them and has not undone, newest first, also of what is gone. */
  acts: Type.Array(
    Type.Object({
      kind: Kind,
      contribution: PublicId,
      act: ActName,
      reason: nullable(Reason),
      note: Type.String(),
      at: Time,
    }),
  ),
})
export type OwnContributions = Static<typeof OwnContributions>

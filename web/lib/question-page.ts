import type { Place } from '#src/snapshot/rules.ts'
import type { Author, CommentView, IdeaView, Overlay, Snapshot } from '#src/snapshot/wire.ts'
import type { LengthSetting, Level } from '#src/question/wire.ts'
import type { IdeaLink } from './idea-link.ts'
import type { RichText } from './rich-text.ts'
import type { Stretch } from './stretch.ts'

/** One argument as the page shows it. */
export interface ArgumentRow {
  id: string
  text: string
  author: Author
  inRoom: boolean
  createdAt: string
  edited: boolean
  ownerEdited: boolean
  agreements: number
  /** Whether this visitor may change it, and agrees with it. */
  mine: boolean
  agreed: boolean
}

/** The arguments of one side, by agreement: those that the page shows, and what all of them come to. */
export interface ArgumentList {
  shown: ArgumentRow[]
  total: number
  weight: number
}

/** One idea as the page shows it. */
export interface IdeaRow extends Pick<
  IdeaView,
  | 'id'
  | 'title'
  | 'image'
  | 'author'
  | 'createdAt'
  | 'votes'
  | 'votesInRoom'
  | 'voters'
  | 'merged'
  | 'ownerEdited'
  | 'closed'
> {
  about: RichText
  link: IdeaLink | null
  edited: boolean
  pros: ArgumentList
  cons: ArgumentList
  inRoom: boolean
  mine: boolean
  /** Whether this visitor voted for it, and with how many votes. */
  voted: boolean
  myVotes: number
  /** Once the question is closed. */
  place: Place | null
}

/** One comment as the page shows it. */
export interface CommentRow extends Pick<CommentView, 'id' | 'author' | 'createdAt' | 'ownerEdited'> {
  text: RichText
  edited: boolean
  mine: boolean
}

/** All that the page of a question shows to one visitor. It stays on the server. */
export interface QuestionPage {
  id: string
  revision: number
  /** Whether this page is for everyone, and the script marks on it what is a visitor's own. */
  forEveryone: boolean
  /** Whether the page is made for a device that is known by its cookie. */
  forDevice: boolean
  title: string
  about: RichText
  /** The beginning of the description, for previews of the link. */
  summary: string
  open: boolean
  closesAt: string | null
  closedAt: string | null
  /** When what begins and ends, what is possible now and from when on something else is. */
  times: Pick<Snapshot, 'opensAt' | 'ideasUntil' | 'votesFrom' | 'votesUntil' | 'stages'>
  /** The zone that these times are told in; null for each reader's own. */
  timeZone: string | null
  /** When names and devices were forgotten. */
  forgottenAt: string | null
  settings: Pick<
    Snapshot['settings'],
    'names' | 'votesPerParticipant' | 'votesPerIdea' | 'retention' | 'moderation' | 'newIdeas' | LengthSetting
  >
  /** Until when votes are hidden, for as long as they are; and whether this visitor is shown them all the same. */
  hiddenUntil: 'afterVote' | 'afterClose' | null
  resultsShown: boolean
  /** What this visitor may add now. The owner may also where it is switched off for others. */
  mayAdd: { ideas: boolean; arguments: boolean; comments: boolean }
  /** Whether ideas of this visitor may have a picture, and a link. */
  mayAttach: { images: boolean; links: boolean }
  mayAgree: boolean
  mayVote: boolean
  /** What this visitor lacks to take part, and to vote; null for nothing. */
  needed: Overlay['needed']
  /** Whether a level is needed for anything. */
  gated: boolean
  counts: Snapshot['counts']
  /** How many votes were cast at which level, where that says something. */
  levels: { level: Level; n: number }[]
  moderated: Snapshot['moderated']
  asides: Snapshot['asides']
  decision: { ideas: { id: string; title: string }[]; statement: RichText; decidedAt: string } | null
  /** The ideas of the stretch that is shown. */
  ideas: IdeaRow[]
  stretch: Stretch
  order: string
  seed: string
  comments: CommentRow[]
  /** The comment before which earlier ones can be asked for, and whether these are the newest. */
  earlier: string | null
  newestShown: boolean
  me: Pick<Overlay, 'role' | 'votesLeft' | 'ideasLeft'> & { takesPart: boolean; name: string | null }
  share: { url: string; qr: Qr; tags: string[] }
  /** Hash of the last change of the feed, once the question is closed. */
  head: string | null
  /** The secret link, on the one occasion that it is shown. */
  adminUrl: string | null
}

/** A QR code as the path of an SVG picture of `size` units. */
export interface Qr {
  size: number
  path: string
}

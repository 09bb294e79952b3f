import { randomInt } from 'node:crypto'
import type { ArgumentView, CommentView, IdeaView, Overlay, Snapshot } from '#src/snapshot/wire.ts'
import { questionPath } from '#src/question/rules.ts'
import {
  firstOrder,
  inOrder,
  isOrder,
  placesOf,
  sharedOrders,
  weightOf,
  type Order,
  type Place,
} from '#src/snapshot/rules.ts'
import type { ArgumentList, ArgumentRow, CommentRow, IdeaRow, QuestionPage } from '#lib/question-page.ts'
import { votesByLevel } from '#lib/levels.ts'
import { argumentsShown, ideasShown, partIn, placeIn, stretchAt, type Stretch } from '#lib/stretch.ts'
import { describeLink } from './idea-link.ts'
import { qrOf } from './qr.ts'
import { hashtagsIn, takeApart } from './rich-text.ts'

/** What the page of a question is made of, beside the question itself. */
interface Parts {
  overlay: Overlay
  /** The discussion, where an earlier part of it than the snapshot's was asked for. */
  discussion: { comments: CommentView[]; earlier: string | null } | null
  adminUrl: string | null
  forEveryone: boolean
  forDevice: boolean
  origin: string
  search: URLSearchParams
}

/** Lays out a question for one visitor. */
export function layOut(asEveryone: Snapshot, parts: Parts): QuestionPage {
  const question = withResults(asEveryone, parts.overlay)
  const { overlay, discussion, adminUrl, forEveryone, forDevice, origin, search } = parts
  const { settings } = question
  const open = question.phase === 'open'
  const isOwner = overlay.role === 'owner'
  const { opensAt, ideasUntil, votesFrom, votesUntil, timeZone, stages } = question
  const isBegun = open && stages.ideas !== 'later'
  const isProven = overlay.needed.takePart === null
  const url = origin + questionPath(question.id)
  const { order, seed } = chosenOrder(asEveryone, overlay, search)
  const places = open ? null : placesOf(question.ideas)
  // The question's own order is the one in which they come, but for a seed of the reader's.
  const hiddenUntil = areHidden(asEveryone) && settings.results !== 'always' ? settings.results : null
  const own = order === settings.order && order !== 'shuffled'
  const ideas = own ? question.ideas : inOrder(question.ideas, order, seed)
  const stretch = shownStretch(ideas, search)
  const shown = discussion ?? newestComments(question)
  return {
    id: question.id,
    revision: question.revision,
    forEveryone,
    forDevice,
    title: question.title,
    about: takeApart(question.description),
    summary: [...question.description.replace(/\s+/g, ' ')].slice(0, 200).join(''),
    open,
    closesAt: question.closesAt,
    closedAt: question.closedAt,
    times: { opensAt, ideasUntil, votesFrom, votesUntil, stages },
    timeZone,
    forgottenAt: question.forgottenAt,
    settings: {
      names: settings.names,
      votesPerParticipant: settings.votesPerParticipant,
      votesPerIdea: settings.votesPerIdea,
      retention: settings.retention,
      moderation: settings.moderation,
      newIdeas: settings.newIdeas,
      ideaTitleLength: settings.ideaTitleLength,
      ideaDescriptionLength: settings.ideaDescriptionLength,
      argumentLength: settings.argumentLength,
      commentLength: settings.commentLength,
    },
    hiddenUntil,
    resultsShown: overlay.results !== null,
    mayAdd: {
      ideas: isProven && (isOwner ? open : stages.ideas === 'now' && settings.newIdeas),
      arguments: isProven && (isOwner ? open : isBegun && settings.newArguments),
      comments: isProven && (isOwner ? open : isBegun && settings.comments),
    },
    mayAttach: { images: isOwner || settings.images, links: isOwner || settings.links },
    mayAgree: settings.agreements && (isOwner ? open : isBegun),
    mayVote: stages.votes === 'now',
    needed: open ? overlay.needed : { takePart: null, vote: null },
    gated: isGated(question),
    counts: question.counts,
    levels: votesByLevel(question.counts, settings.takePart !== 'open' || settings.vote !== 'open'),
    moderated: question.moderated,
    asides: question.asides,
    decision: layOutDecision(question),
    ideas: partIn(ideas, stretch).map((idea) => layOutIdea(idea, overlay, places?.get(idea.id) ?? null, search)),
    stretch,
    order,
    seed,
    comments: shown.comments.map((comment) => layOutComment(comment, overlay)),
    earlier: shown.earlier,
    newestShown: discussion === null,
    me: {
      role: overlay.role,
      votesLeft: overlay.votesLeft,
      ideasLeft: overlay.ideasLeft,
      takesPart: overlay.participant !== null,
      name: overlay.participant?.name ?? null,
    },
    share: { url, qr: qrOf(url), tags: hashtagsIn(`${question.title} ${question.description}`).slice(0, 5) },
    head: question.head,
    adminUrl,
  }
}

/** Whether a level is needed for anything. */
function isGated({ settings, phase }: Snapshot): boolean {
  return phase === 'open' && (settings.takePart !== 'open' || settings.vote !== 'open')
}

/** Whether everyone is shown no votes. */
function areHidden({ counts }: Snapshot): boolean {
  return counts.votes === null
}

/** The question with the votes, for who is shown them because they have voted. */
function withResults(question: Snapshot, { results }: Overlay): Snapshot {
  if (!results) return question
  const { participants, votes, votesInRoom } = results
  const tallies = new Map(results.ideas.map((tally) => [tally.id, tally]))
  const ideas = question.ideas.map((idea) => ({ ...idea, ...tallies.get(idea.id) }))
  return { ...question, counts: { ...question.counts, participants, votes, votesInRoom }, ideas }
}

/** Lays out one idea alone, with a stretch of its arguments instead of the weightiest. */
export function layOutAlone(question: Snapshot, idea: IdeaView, parts: Parts): QuestionPage {
  const { overlay, search } = parts
  const total = Math.max(idea.pros.length, idea.cons.length)
  const named = [idea.pros, idea.cons].map((side) => side.findIndex(({ id }) => id === search.get('argument')))
  const stretch = stretchAt(Math.max(...named) + 1 || placeIn(search), ideasShown, total)
  const sideOf = (side: ArgumentView[]) => ({
    shown: partIn(side, stretch).map((argument) => layOutArgument(argument, overlay)),
    total: side.length,
    weight: weightOf(side),
  })
  const page = layOut({ ...question, ideas: [idea] }, { ...parts, discussion: { comments: [], earlier: null } })
  const place = question.phase === 'open' ? null : (placesOf(question.ideas).get(idea.id) ?? null)
  const rows = page.ideas.map((row) => ({ ...row, pros: sideOf(idea.pros), cons: sideOf(idea.cons), place }))
  return { ...page, ideas: rows, stretch }
}

/** The reader's choice, else the owner's. What is closed is a ranking and stays one. */
function chosenOrder(question: Snapshot, overlay: Overlay, search: URLSearchParams): { order: Order; seed: string } {
  const chosen = search.get('order')
  const first = firstOrder(question.settings, areHidden(question))
  const isPossible = isOrder(chosen) && !(chosen === 'votes' && areHidden(question))
  const order = question.phase === 'closed' ? 'votes' : isPossible ? chosen : first
  // A shuffled order stays the same for a participant; a stranger takes the seed along in the address. Strangers
  // share some orders.
  const seed = search.get('seed')?.slice(0, 40) ?? overlay.participant?.id ?? String(randomInt(sharedOrders))
  return { order, seed }
}

/** The ideas from where the address says, unless it names one that does not stand there: then those around it. */
function shownStretch(ideas: IdeaView[], search: URLSearchParams): Stretch {
  const asked = stretchAt(placeIn(search), ideasShown, ideas.length)
  const wanted = search.get('idea')
  if (wanted === null || partIn(ideas, asked).some(({ id }) => id === wanted)) return asked
  const index = ideas.findIndex(({ id }) => id === wanted)
  return index < 0 ? asked : stretchAt(index + 1, ideasShown, ideas.length)
}

function newestComments(question: Snapshot): { comments: CommentView[]; earlier: string | null } {
  const more = question.counts.comments > question.comments.length
  return { comments: question.comments, earlier: more ? (question.comments[0]?.id ?? null) : null }
}

function layOutDecision({ decision, ideas }: Snapshot): QuestionPage['decision'] {
  return (
    decision && {
      ideas: decision.ideas.flatMap((id) => ideas.filter((idea) => idea.id === id).map(({ title }) => ({ id, title }))),
      statement: takeApart(decision.statement),
      decidedAt: decision.decidedAt,
    }
  )
}

function layOutIdea(idea: IdeaView, overlay: Overlay, place: Place | null, search: URLSearchParams): IdeaRow {
  const { id, title, image, author, createdAt, votes, votesInRoom, voters, merged, ownerEdited, closed } = idea
  return {
    ...{ id, title, image, author, createdAt, votes, votesInRoom, voters, merged, ownerEdited, closed, place },
    about: takeApart(idea.description),
    link: describeLink(idea.link),
    edited: idea.editedAt !== null,
    inRoom: idea.inRoom === true,
    pros: layOutSide(idea.pros, overlay, search),
    cons: layOutSide(idea.cons, overlay, search),
    mine: overlay.role === 'owner' || overlay.ideas.includes(id),
    voted: overlay.votes.includes(id),
    myVotes: overlay.votes.includes(id) ? (overlay.values[id] ?? 1) : 0,
  }
}

/** The weightiest arguments of a side, and the one that the address names. */
function layOutSide(side: ArgumentView[], overlay: Overlay, search: URLSearchParams): ArgumentList {
  const named = side.slice(argumentsShown).filter(({ id }) => id === search.get('argument'))
  return {
    shown: [...side.slice(0, argumentsShown), ...named].map((argument) => layOutArgument(argument, overlay)),
    total: side.length,
    weight: weightOf(side),
  }
}

function layOutArgument(
  { id, text, author, inRoom, createdAt, editedAt, ownerEdited, agreements }: ArgumentView,
  overlay: Overlay,
): ArgumentRow {
  return {
    ...{ id, text, author, createdAt, ownerEdited, agreements },
    inRoom: inRoom === true,
    edited: editedAt !== null,
    mine: overlay.role === 'owner' || overlay.arguments.includes(id),
    agreed: overlay.agreements.includes(id),
  }
}

function layOutComment(
  { id, text, author, createdAt, editedAt, ownerEdited }: CommentView,
  overlay: Overlay,
): CommentRow {
  return {
    ...{ id, author, createdAt, ownerEdited },
    text: takeApart(text),
    edited: editedAt !== null,
    mine: overlay.role === 'owner' || overlay.comments.includes(id),
  }
}

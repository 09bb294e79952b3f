import { randomBytes } from 'node:crypto'
import type { ArgumentView, CommentView, IdeaView, Overlay, Snapshot } from '#src/snapshot/wire.ts'
import { questionPath } from '#src/question/rules.ts'
import { inOrder, isOrder, placesOf, type Order, type Place } from '#src/snapshot/rules.ts'
import type { ArgumentRow, CommentRow, IdeaRow, QuestionPage } from '#lib/question-page.ts'
import { describeLink } from './idea-link.ts'
import { qrOf } from './qr.ts'
import { hashtagsIn, takeApart } from './rich-text.ts'

/** What the page of a question is made of, beside the question itself. */
interface Parts {
  overlay: Overlay
  /** The discussion, where an earlier part of it than the snapshot's was asked for. */
  discussion: { comments: CommentView[]; earlier: string | null } | null
  adminUrl: string | null
  origin: string
  search: URLSearchParams
}

/** Lays out a question for one visitor. */
export function layOut(question: Snapshot, { overlay, discussion, adminUrl, origin, search }: Parts): QuestionPage {
  const { settings } = question
  const open = question.phase === 'open'
  const isOwner = overlay.role === 'owner'
  const url = origin + questionPath(question.id)
  const { order, seed } = chosenOrder(question, overlay, search)
  const places = open ? null : placesOf(question.ideas)
  const shown = discussion ?? newestComments(question)
  return {
    id: question.id,
    title: question.title,
    about: takeApart(question.description),
    summary: [...question.description.replace(/\s+/g, ' ')].slice(0, 200).join(''),
    open,
    closesAt: question.closesAt,
    closedAt: question.closedAt,
    settings: { names: settings.names, votesPerParticipant: settings.votesPerParticipant },
    mayAdd: {
      ideas: open && (settings.newIdeas || isOwner),
      arguments: open && (settings.newArguments || isOwner),
      comments: open && (settings.comments || isOwner),
    },
    counts: question.counts,
    decision: layOutDecision(question),
    ideas: inOrder(question.ideas, order, seed).map((idea) => layOutIdea(idea, overlay, places?.get(idea.id) ?? null)),
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
    adminUrl,
  }
}

/** The reader's choice, else the owner's. What is closed is a ranking and stays one. */
function chosenOrder(question: Snapshot, overlay: Overlay, search: URLSearchParams): { order: Order; seed: string } {
  const chosen = search.get('order')
  const order = question.phase === 'closed' ? 'votes' : isOrder(chosen) ? chosen : question.settings.order
  // A shuffled order stays the same for a participant; a stranger takes the seed along in the address.
  const seed = search.get('seed')?.slice(0, 40) ?? overlay.participant?.id ?? randomBytes(6).toString('base64url')
  return { order, seed }
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

function layOutIdea(idea: IdeaView, overlay: Overlay, place: Place | null): IdeaRow {
  const { id, title, image, author, createdAt, votes, voters, merged } = idea
  return {
    ...{ id, title, image, author, createdAt, votes, voters, merged, place },
    about: takeApart(idea.description),
    link: describeLink(idea.link),
    edited: idea.editedAt !== null,
    pros: idea.pros.map((argument) => layOutArgument(argument, overlay)),
    cons: idea.cons.map((argument) => layOutArgument(argument, overlay)),
    mine: overlay.role === 'owner' || overlay.ideas.includes(id),
    voted: overlay.votes.includes(id),
  }
}

function layOutArgument(
  { id, text, author, createdAt, editedAt, agreements }: ArgumentView,
  overlay: Overlay,
): ArgumentRow {
  return {
    ...{ id, text, author, createdAt, agreements },
    edited: editedAt !== null,
    mine: overlay.role === 'owner' || overlay.arguments.includes(id),
    agreed: overlay.agreements.includes(id),
  }
}

function layOutComment({ id, text, author, createdAt, editedAt }: CommentView, overlay: Overlay): CommentRow {
  return {
    ...{ id, author, createdAt },
    text: takeApart(text),
    edited: editedAt !== null,
    mine: overlay.role === 'owner' || overlay.comments.includes(id),
  }
}

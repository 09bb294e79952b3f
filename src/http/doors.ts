import type { Caller } from '../question/seat.ts'
import type { NewQuestion, QuestionPatch, Reopening } from '../question/wire.ts'
import type { Leaving, NewParticipant, Renaming } from '../participant/wire.ts'
import type { IdeaPatch, Merger, NewIdea } from '../idea/wire.ts'
import type { ArgumentPatch, NewArgument } from '../argument/wire.ts'
import type { NewComment } from '../comment/wire.ts'
import type { NewDecision } from '../decision/wire.ts'
import type { Ballot, VoteReceipt, VoterPage } from '../vote/wire.ts'
import type {
  ArgumentView,
  CommentPage,
  CommentView,
  DecisionView,
  IdeaView,
  Overlay,
  OwnContributions,
  OwnerView,
  Snapshot,
} from '../snapshot/wire.ts'

/** What asking a question answers. The admin token is told this once; only a hash is kept. */
export interface Asked {
  question: Snapshot
  adminToken: string
}
export interface Joined {
  participant: { id: string; name: string | null }
  token: string
}

/**
 * Every verb and every look-up, once, for every door: the JSON API, the pages' form actions, the importer and the
 * command line. `q` is a question's public id. All of them throw Refusal. Inputs are checked here against the schema.
 */
export interface Doors {
  ask(caller: Caller, input: NewQuestion): Promise<Asked>
  /** The public view; closes a question that is due first. */
  snapshot(q: string): Promise<Snapshot>
  overlay(caller: Caller, q: string): Promise<Overlay>
  ownerView(caller: Caller, q: string): Promise<OwnerView>
  ownContributions(caller: Caller, q: string): Promise<OwnContributions>
  comments(q: string, page: { before?: string; limit?: number }): Promise<CommentPage>
  voters(q: string, idea: string, page: { after?: string; limit?: number }): Promise<VoterPage>
  image(q: string, image: string): Promise<{ type: string; bytes: Uint8Array }>

  editQuestion(caller: Caller, q: string, input: QuestionPatch): Promise<Snapshot>
  close(caller: Caller, q: string): Promise<Snapshot>
  reopen(caller: Caller, q: string, input: Reopening): Promise<Snapshot>
  deleteQuestion(caller: Caller, q: string): Promise<void>
  restoreQuestion(caller: Caller, q: string): Promise<Snapshot>
  /** Makes this device an owner's device. @throws token_unknown */
  openAdminLink(caller: Caller, q: string, adminToken: string): Promise<void>
  /** The old link and every other device that opened it stop working. */
  replaceAdminLink(caller: Caller, q: string): Promise<{ adminToken: string }>
  decide(caller: Caller, q: string, input: NewDecision): Promise<DecisionView>
  undecide(caller: Caller, q: string): Promise<void>

  join(caller: Caller, q: string, input: NewParticipant): Promise<Joined>
  rename(caller: Caller, q: string, input: Renaming): Promise<void>
  leave(caller: Caller, q: string, input: Leaving): Promise<void>

  addIdea(caller: Caller, q: string, input: NewIdea): Promise<IdeaView>
  /** An idea and its picture in one transaction, as the page's form sends them. */
  addIdeaWithImage(caller: Caller, q: string, input: NewIdea, image: Uint8Array): Promise<IdeaView>
  editIdea(caller: Caller, q: string, idea: string, input: IdeaPatch): Promise<IdeaView>
  setImage(caller: Caller, q: string, idea: string, image: Uint8Array): Promise<IdeaView>
  removeImage(caller: Caller, q: string, idea: string): Promise<IdeaView>
  deleteIdea(caller: Caller, q: string, idea: string): Promise<void>
  hideIdea(caller: Caller, q: string, idea: string): Promise<void>
  showIdea(caller: Caller, q: string, idea: string): Promise<void>
  mergeIdea(caller: Caller, q: string, idea: string, input: Merger): Promise<IdeaView>

  addArgument(caller: Caller, q: string, idea: string, input: NewArgument): Promise<ArgumentView>
  editArgument(caller: Caller, q: string, argument: string, input: ArgumentPatch): Promise<ArgumentView>
  deleteArgument(caller: Caller, q: string, argument: string): Promise<void>
  hideArgument(caller: Caller, q: string, argument: string): Promise<void>
  showArgument(caller: Caller, q: string, argument: string): Promise<void>
  agree(
    caller: Caller,
    q: string,
    argument: string,
  ): Promise<{ argument: string; agreements: number; revision: number }>
  disagree(
    caller: Caller,
    q: string,
    argument: string,
  ): Promise<{ argument: string; agreements: number; revision: number }>

  vote(caller: Caller, q: string, idea: string): Promise<VoteReceipt>
  unvote(caller: Caller, q: string, idea: string): Promise<VoteReceipt>
  castBallot(caller: Caller, q: string, input: Ballot): Promise<{ votes: Record<string, 1>; revision: number }>

  addComment(caller: Caller, q: string, input: NewComment): Promise<CommentView>
  editComment(caller: Caller, q: string, comment: string, input: NewComment): Promise<CommentView>
  deleteComment(caller: Caller, q: string, comment: string): Promise<void>
  hideComment(caller: Caller, q: string, comment: string): Promise<void>
  showComment(caller: Caller, q: string, comment: string): Promise<void>
}

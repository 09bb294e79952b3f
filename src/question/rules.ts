import { refuse, type Refusal } from '../base/refusals.ts'
import type { QuestionRow } from '../db/tables.ts'
import { opensVoting } from './levels.ts'
import type { Level, Settings, SettingsPatch } from './wire.ts'

export const defaultSettings: Settings = {
  names: 'optional',
  results: 'always',
  order: 'votes',
  newIdeas: true,
  newArguments: true,
  comments: true,
  agreements: true,
  images: true,
  links: true,
  votesPerParticipant: null,
  votesPerIdea: 1,
  ideasPerParticipant: null,
  ideaTitleLength: null,
  ideaDescriptionLength: null,
  argumentLength: null,
  commentLength: null,
  retention: null,
  moderation: 'none',
  takePart: 'open',
  vote: 'open',
}

/** How long a deleted question can be brought back: 30 days in milliseconds. */
export const restorable = 30 * 24 * 60 * 60 * 1000

/** Milliseconds. */
const day = 24 * 60 * 60 * 1000

/** What is asked of somebody who does not take part yet, where many began in the same network. */
export interface Newcomer {
  /** Hash of the network. */
  network: string
  /** How many may begin there within an hour before a proof is asked for. */
  free: number
  proof: Proof | null
}

/** That a device has worked, or waited, so that it may begin to take part. A door has checked that it is one of ours. */
export interface Proof {
  kind: 'work' | 'wait'
  nonce: string
  /** How hard it was, from 0 on. */
  strength: number
  /** In milliseconds. */
  expiresAt: number
}

export type Phase = 'open' | 'closed'

/** What a question's settings are: its own over the defaults. */
export function settingsOf(question: Pick<QuestionRow, 'settings'>): Settings {
  return { ...defaultSettings, ...(JSON.parse(question.settings) as SettingsPatch) }
}

/**
 * Whether the question takes contributions at a moment. It is closed from its deadline on, to the millisecond, even
 * while nobody has yet written that down.
 */
export function phaseOf(question: Pick<QuestionRow, 'closed_at' | 'closes_at'>, now: number): Phase {
  return question.closed_at !== null || isDue(question, now) ? 'closed' : 'open'
}

/** Whether the deadline has passed and the closing is not written down yet. */
export function isDue(question: Pick<QuestionRow, 'closed_at' | 'closes_at'>, now: number): boolean {
  return question.closed_at === null && question.closes_at !== null && question.closes_at <= now
}

/** From when on a question's people are to be forgotten, by its own settings; null while it is open, or for never. */
export function forgetsAt(question: Pick<QuestionRow, 'settings' | 'closed_at'>): number | null {
  const { retention } = settingsOf(question)
  return question.closed_at === null || retention === null ? null : question.closed_at + retention * day
}

/** What closed before this moment is forgotten now, where the server's operator says so. @param days after the close */
export function forgottenBefore(days: number, now: number): number {
  return now - days * day
}

/** How long names are kept is a promise to whoever took part: it can become shorter. */
export function refuseRetention(before: Settings, patch: SettingsPatch, participants: number): Refusal | null {
  const { retention } = patch
  if (retention === undefined || before.retention === null || participants === 0) return null
  if (retention !== null && retention <= before.retention) return null
  const days = before.retention
  return refuse(
    'retention_promised',
    [{ path: 'settings/retention', message: `cannot go above ${days}, which people have relied on` }],
    { days },
  )
}

/** Who took part is not known any more, and would count twice. */
export function refuseForgotten(question: QuestionRow): Refusal | null {
  return question.forgotten_at === null ? null : refuse('people_forgotten')
}

/** No contribution is taken when closed. */
export function refuseWhenClosed(question: QuestionRow, now: number): Refusal | null {
  return phaseOf(question, now) === 'closed' ? refuse('question_closed') : null
}

/**
 * Whether nobody is shown the votes at a moment: no tally, no sum, no order by them, nobody's name as a voter. Then
 * nothing that everyone can see may differ by a vote, so votes add no change to the feed and move no revision.
 */
export function areResultsHidden(
  question: Pick<QuestionRow, 'settings' | 'closed_at' | 'closes_at'>,
  now: number,
): boolean {
  return phaseOf(question, now) === 'open' && settingsOf(question).results !== 'always'
}

/** Whether nobody is shown anybody's name, the owner neither. */
export function areNamesHidden(settings: Pick<Settings, 'names'>): boolean {
  return settings.names === 'hidden'
}

const openness = ['always', 'afterVote', 'afterClose'] as const

/**
 * What was promised to people cannot be taken back from them: whoever voted relied on when the votes are shown and on who
 * else may vote, whoever takes part on whether names are.
 * @param reliedOn whether somebody has voted, and whether somebody takes part
 */
export function refuseBreaking(
  before: Settings,
  after: Settings,
  reliedOn: { votes: boolean; names: boolean },
): Refusal | null {
  const errors = []
  if (reliedOn.votes && openness.indexOf(after.results) < openness.indexOf(before.results))
    errors.push({ path: 'settings/results', message: 'cannot show votes earlier, now that somebody has voted' })
  if (reliedOn.names && areNamesHidden(before) && !areNamesHidden(after))
    errors.push({ path: 'settings/names', message: 'stay hidden, now that somebody takes part' })
  if (reliedOn.votes && opensVoting(before, after))
    for (const name of ['takePart', 'vote'] as const)
      if (before[name] !== after[name])
        errors.push({ path: `settings/${name}`, message: 'cannot let others vote, now that somebody has voted' })
  return errors.length > 0 ? refuse('setting_promised', errors, { votes: 0 }) : null
}

/** A level that this server cannot give is refused by name. @param given those that it can */
export function refuseSettings(patch: SettingsPatch, given: readonly Level[]): Refusal | null {
  const errors = (['takePart', 'vote'] as const).flatMap((name) => {
    const value = patch[name]
    if (value === undefined || given.includes(value)) return []
    return [{ path: `settings/${name}`, message: `“${value}” is not available on this server` }]
  })
  return errors.length > 0 ? refuse('setting_not_available', errors) : null
}

/** Path of a question's page. */
export function questionPath(id: string): string {
  return `/q/${id}`
}

/**
 * Path that opens an invitation. As in the owner's link, the token is in the fragment, and reaches no server log, proxy or
 * Referer.
 */
export function invitationPath(id: string, token: string): string {
  return `/i/${id}#${token}`
}

/** Path of the page that a letter leads to. */
export function confirmationPath(id: string, key: string): string {
  return `${questionPath(id)}/confirm/${key}`
}

/** Where a picture is served. A new picture gets a new id, so what is there never changes. */
export function imagePath(id: string, imageId: string): string {
  return `/api/v1/questions/${id}/images/${imageId}`
}

/**
 * Path that opens the owner's seat. The token is in the fragment, which browsers keep to themselves: it reaches no
 * server log, proxy or Referer.
 */
export function adminPath(id: string, adminToken: string): string {
  return `/q/${id}/admin#${adminToken}`
}

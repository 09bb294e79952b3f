import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** How long the link in a letter works, in milliseconds. */
export const confirmableFor = 24 * 60 * 60 * 1000
/** How often a wrong number may be typed before the link is worth nothing. */
export const triesAtMost = 5

/** Letters are only sent for questions that ask for a confirmed address: nobody's address is taken for nothing. */
export function refuseUnasked(settings: Pick<Settings, 'takePart' | 'vote'>): Refusal | null {
  return settings.takePart === 'email' || settings.vote === 'email' ? null : refuse('email_not_asked')
}

/** Four digits that a device shows, and that are typed where the letter is opened elsewhere. @param random from 0 to 9999 */
export function numberOf(random: number): string {
  return String(random).padStart(4, '0')
}

/** A number as somebody typed it. */
export function readNumber(typed: string): string {
  return typed.normalize('NFKC').replace(/\s/g, '')
}

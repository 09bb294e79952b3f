import { lengthOf } from '../base/text.ts'
import { refuse, type Refusal } from '../base/refusals.ts'
import type { LengthSetting, Settings } from './wire.ts'

/** A text that somebody sends. */
export interface SentText {
  /** How the request calls it. */
  path: string
  /** Undefined where nothing was sent. */
  text: string | undefined
  /** What stands there already: it may stay, however long it is. */
  before?: string
  setting: LengthSetting
}

/** Whether the texts are as short as the owner wants them. The owner's own may be longer, up to the server's limits. */
export function refuseLength(settings: Settings, isOwner: boolean, texts: SentText[]): Refusal | null {
  if (isOwner) return null
  const errors = texts.flatMap(({ path, text, before, setting }) => {
    const limit = settings[setting]
    if (limit === null || text === undefined || text === before) return []
    const length = lengthOf(text)
    if (length <= limit) return []
    const message = `is ${length} characters long; at most ${limit} are possible here`
    return [{ path, message, code: 'too_long' as const, limit }]
  })
  return errors.length === 0 ? null : refuse('invalid_input', errors)
}

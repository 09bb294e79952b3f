import { fail, type ActionFailure, type RequestEvent } from '@sveltejs/kit'
import type { InputError, Refusal } from '#src/base/refusals.ts'
import { lengthOf } from '#src/base/text.ts'
import { lengthSettings, limits, type LengthSetting } from '#src/question/wire.ts'
import type { Failure } from '#lib/failure.ts'
import { loadMessages, type Messages } from '#lib/messages.ts'
import { scriptHeader } from '#lib/script-header.ts'
import { servicesOf } from './caller.ts'
import { isRefusal, sentenceOf } from './refusals.ts'

/** What a form sent, by the names of its fields. */
export type Values = Record<string, string>

/** Fields that a refusal is about, when it does not name them itself. */
const fieldOf: Partial<Record<Refusal['code'], string>> = {
  link_not_safe: 'link',
  links_off: 'link',
  images_off: 'image',
  name_required: 'name',
  email_invalid: 'email',
  number_wrong: 'number',
  deadline_in_past: 'closesAt',
  time_zone_unknown: 'timeZone',
  image_not_readable: 'image',
  image_heic: 'image',
  image_too_large: 'image',
  image_too_many_pixels: 'image',
  merge_with_itself: 'into',
  decision_without_idea: 'statement',
}

/** Turns what a verb threw into what the form shows. Anything but a refusal goes on as it is. */
export async function refused(
  thrown: unknown,
  event: RequestEvent,
  form: string,
  values: Values,
): Promise<ActionFailure<Failure>> {
  if (!isRefusal(thrown)) throw thrown
  servicesOf(event).report.refused(thrown.code)
  const { locale } = event.locals
  const message = await sentenceOf(thrown, locale)
  const said = await loadMessages(locale)
  const own = fieldOf[thrown.code]
  const fields = own
    ? [{ name: own, message }]
    : thrown.errors.map((error) => {
        const name = fieldName(error.path)
        // What a schema refuses is said field by field; what a rule refuses, by its own sentence.
        const isFlaw = thrown.code === 'invalid_input'
        return { name, message: isFlaw ? sayFlaw(said, error, values[name] ?? '') : message }
      })
  return fail(statusFor(event, thrown.status), { form, message, askName: false, fields, values })
}

/** A form that the page itself refuses, before any verb is asked. */
export async function refusedField(
  event: RequestEvent,
  form: string,
  values: Values,
  name: string,
  say: (said: Messages) => string,
): Promise<ActionFailure<Failure>> {
  servicesOf(event).report.refused('invalid_input')
  const said = await loadMessages(event.locals.locale)
  const message = said.refusal_invalid_input()
  return fail(statusFor(event, 422), { form, message, askName: false, fields: [{ name, message: say(said) }], values })
}

/**
 * The page that comes back says by its status that it was refused. The script of the page reads that from the answer
 * itself, and browsers would write any other status into the console as if something were broken.
 */
function statusFor(event: RequestEvent, status: number): number {
  return event.request.headers.has(scriptHeader) ? 200 : status
}

/** The last part of a path is how the form calls its field: `settings/votesPerParticipant`. */
function fieldName(path: string): string {
  return path.split('/').at(-1) ?? path
}

function sayFlaw(said: Messages, error: InputError, value: string): string {
  switch (error.code) {
    case 'missing':
    case 'empty':
      return said.flaw_empty()
    case 'too_long':
      return said.flaw_too_long({ length: lengthOf(value), limit: error.limit ?? 0 })
    case 'broken':
    case 'nul':
      return said.flaw_broken()
    case 'control':
      return said.flaw_control()
    case 'direction':
      return said.flaw_direction()
    default:
      for (const name of lengthSettings)
        if (error.path === `settings/${name}`) return said.flaw_length({ limit: limits[textOf(name)] })
      return /(PerParticipant|\/retention|^people)$|^votes\//.test(error.path) ? said.flaw_number() : said.flaw_other()
  }
}

/** Which text a setting is about. */
function textOf(name: LengthSetting) {
  return name.slice(0, -'Length'.length) as 'ideaTitle' | 'ideaDescription' | 'argument' | 'comment'
}

import { error, type RequestEvent } from '@sveltejs/kit'
import { servicesOf } from './caller.ts'
import { isRefusal, sentenceOf } from './refusals.ts'

/** What a page is made of, or its error page in the reader's language when that is refused. */
export async function orError<Value>(
  event: Pick<RequestEvent, 'locals' | 'platform'>,
  asked: Promise<Value>,
): Promise<Value> {
  try {
    return await asked
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown
    servicesOf(event).report.refused(thrown.code)
    error(thrown.status, await sentenceOf(thrown, event.locals.locale), { code: thrown.code })
  }
}

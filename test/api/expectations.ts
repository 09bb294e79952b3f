import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { catalogue, type RefusalCode } from '../../src/base/refusals.ts'
import type { Answer, Owner } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** For a file of tests: one server for all of them. After each it must still answer and have nothing to complain of. */
export function useServer(env: Record<string, string> = {}): { readonly url: string; readonly server: TestServer } {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer(env)
  })
  afterEach(async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect(server.output()).not.toContain('unexpected failure')
  })
  afterAll(() => server.stop())
  return {
    get url() {
      return server.url
    },
    get server() {
      return server
    },
  }
}

/** What must never be in an answer: where the code lies, how it failed, what it stores things in. */
const leaks = [
  /\bat .+:\d+:\d+/,
  /node_modules/,
  /\/src\//,
  /folkmoot-test-/,
  /sqlite/i,
  /TypeError|RangeError/,
  /stack/i,
]

/** The answer is this refusal, in full and in the form that is promised, and tells nothing else. */
export function expectRefusal(answer: Answer<unknown>, code: RefusalCode, paths?: string[]): void {
  const [status, sentence] = catalogue[code]
  expect(answer.problem).toMatchObject({ code, status, detail: sentence, type: 'about:blank' })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(answer.headers.get('set-cookie')).toBeNull()
  if (paths) expect(answer.problem.errors?.map((error) => error.path).sort()).toEqual(paths.toSorted())
  for (const error of answer.problem.errors ?? []) expect(Object.keys(error).sort()).toEqual(['message', 'path'])
  const text = JSON.stringify(answer.body)
  for (const leak of leaks) expect(text).not.toMatch(leak)
}

/** Runs something that must be refused, and proves that the question is as it was before. */
export async function expectNothingStored(alice: Owner, attack: () => Promise<unknown>): Promise<void> {
  const before = await alice.snapshot()
  await attack()
  const after = await alice.snapshot()
  expect(after.body.revision).toBe(before.body.revision)
  expect(after.body).toEqual(before.body)
}

/** The cookie that an answer sets, as the device sends it back; '' when there is none. */
export function cookieFrom(answer: { headers: Headers }): string {
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** What a browser sends along from a page of the site itself. */
export function fromPage(cookie: string): Record<string, string> {
  return { cookie, 'sec-fetch-site': 'same-origin' }
}

/** Votes, names and counts belong together, idea by idea and in the sum. */
export async function expectTalliesRight(alice: Owner): Promise<void> {
  const { body } = await alice.snapshot()
  let votes = 0
  for (const idea of body.ideas) {
    const { body: page } = await alice.voters(idea.id, '?limit=500')
    const online = (idea.votes ?? 0) - (idea.votesInRoom ?? 0)
    const people = body.settings.votesPerIdea === 1 ? online : page.total
    expect(people).toBeLessThanOrEqual(online)
    expect(page.total).toBe(people)
    expect(page.voters).toHaveLength(people)
    const named = page.voters.map((voter) => voter.name).filter((name) => name !== null)
    expect(idea.voters).toEqual({ first: named.slice(0, 3), others: people - Math.min(3, named.length) })
    votes += idea.votes ?? 0
  }
  expect(body.counts.votes).toBe(votes)
  expect(body.counts.ideas).toBe(body.ideas.length)
}

/** Revisions count up by one from the first to the last. */
export async function expectNoGaps(alice: Owner): Promise<void> {
  const { body } = await alice.get<{ changes: { revision: number }[]; revision: number }>('/changes?limit=1000')
  expect(body.changes.map((change) => change.revision)).toEqual(body.changes.map((_, index) => index + 1))
  expect(body.changes.length).toBe(Math.min(body.revision, 1000))
}

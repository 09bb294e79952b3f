import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BallotFile } from '../../src/recount/file.ts'
import { ask, Person, type Owner } from '../support/api.ts'
import { folkmoot } from '../support/cli.ts'
import { expectRefusal, useServer } from './expectations.ts'

const site = useServer()

/** As a stranger would who has nothing but Node and what was fetched. */
function run(script: string, ...args: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: tmpdir(), env: {} }, (failure, stdout, stderr) => {
      resolve({ code: failure === null ? 0 : Number(failure.code), said: stdout + stderr })
    })
  })
}

describe('recounting', () => {
  let folder: string
  let alice: Owner
  let bob: Person
  let lake: string
  let path: string
  let script: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folkmoot-recount-'))
    path = join(folder, 'ballots.json')
    script = join(folder, 'recount.mjs')
    alice = await ask(site.url, { title: 'Where shall we meet? “Here” — or there', settings: { votesPerIdea: 3 } })
    bob = await alice.invite('Bob')
    lake = (await bob.addIdea({ title: 'At the lake' })).body.id
    const hut = (await bob.addIdea({ title: 'In the hut' })).body.id
    await bob.vote(lake, 3)
    for (const idea of [lake, lake, hut]) await (await alice.invite()).vote(idea)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const receiptOf = async (one: Person) => (await one.get<{ receipt: string }>('/me/receipt')).body.receipt

  it('is refused in words while the question is open', async () => {
    expectRefusal(await alice.stranger().get('/ballots'), 'question_not_closed')
    expectRefusal(await alice.stranger().get(`/receipts/${await receiptOf(bob)}`), 'question_not_closed')
    expectRefusal(await alice.stranger().get('/me/receipt'), 'participant_needed')
  })

  it('works for a stranger with the file and the script, as the server serves them', async () => {
    const early = await receiptOf(bob)
    await alice.close()
    const ballots = await fetch(`${site.url}/api/v1/questions/${alice.questionId}/ballots`)
    expect(ballots.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(ballots.headers.get('content-encoding')).toBe('gzip')
    await writeFile(path, await ballots.text())
    await writeFile(script, await (await fetch(`${site.url}/api/v1/recount.mjs`)).text())
    const { head } = (await alice.snapshot()).body
    const counted = await run(script, path, '--head', head ?? '', '--receipt', early)
    expect(counted).toEqual({ code: 0, said: expect.stringContaining('The count is right.') as string })
    expect(counted.said).toMatch(/^Where shall we meet\? “Here” — or there\n4 ballots, 6 votes/)
    expect(counted.said).toMatch(/ 5 At the lake\n +1 In the hut\nYour ballot is counted\./)
    expect(counted.said).toContain(lake)

    const { body } = await alice.stranger().get(`/receipts/${await receiptOf(bob)}`)
    expect(body).toEqual({
      counted: true,
      setAside: null,
      votes: [{ idea: lake, title: 'At the lake', level: 'open', votes: 3 }],
    })
    expect((await alice.stranger().get('/receipts/0123')).body).toEqual({ counted: false, setAside: null, votes: null })
    expect(await receiptOf(bob)).toBe(early)
    // Whoever finds it cannot take part with it.
    const mallory = new Person(site.url, alice.questionId, early)
    expectRefusal(await mallory.vote(lake), 'token_unknown')
  })

  it('says what is wrong with a file that was forged, to whoever runs the script or folkmoot verify', async () => {
    const file = JSON.parse(await readFile(path, 'utf8')) as BallotFile
    file.ideas[1]!.votes += 5
    file.totals.votes += 5
    const forged = join(folder, 'forged.json')
    await writeFile(forged, JSON.stringify(file))
    const said = '“In the hut” is said to have 6 votes, and has 1.'
    expect(await run(script, forged)).toEqual({ code: 1, said: expect.stringContaining(said) as string })
    const verified = await folkmoot(['verify', forged], {})
    expect(verified).toMatchObject({ code: 1, stdout: expect.stringContaining(`✗ ${said}`) as string })
    expect(await folkmoot(['verify', path], {})).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('4 ballots, 6 votes.') as string,
    })
  })

  it('has the chain of the feed checked, and finds a change that was rewritten', async () => {
    const feed = join(folder, 'feed.json')
    const saved = await (await fetch(`${site.url}/api/v1/questions/${alice.questionId}/changes`)).text()
    await writeFile(feed, saved)
    expect(await folkmoot(['verify', feed], {})).toMatchObject({ code: 0 })
    await writeFile(feed, saved.replace('vote.cast', 'vote.lost'))
    expect(await folkmoot(['verify', feed], {})).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('does not hang on the one before it') as string,
    })
    expect(await folkmoot(['verify', join(folder, 'nothing.json')], {})).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be read') as string,
    })
  })

  it('has the file kept by caches for as long as nothing changes', async () => {
    const url = `${site.url}/api/v1/questions/${alice.questionId}/ballots`
    const first = await fetch(url)
    await first.text()
    const etag = first.headers.get('etag') ?? ''
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await fetch(url, { method: 'HEAD' })).headers.get('etag')).toBe(etag)
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.text()).toBe(await (await fetch(url)).text())
    await alice.reopen()
    expectRefusal(await alice.stranger().get('/ballots', { 'if-none-match': etag }), 'question_not_closed')
    await bob.unvote(lake)
    await alice.close()
    const again = await fetch(url, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(200)
    expect(((await again.json()) as BallotFile).totals).toEqual({ ballots: 3, votes: 3, votesInRoom: 0 })
  })
})

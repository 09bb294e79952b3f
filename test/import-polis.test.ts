import { cp, mkdtemp, readFile, rm, writeFile, appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { request } from './support/api.ts'
import { folkmoot, questionIn, type Ran } from './support/cli.ts'
import { startServer, type TestServer } from './support/server.ts'
import type { ChangeType } from '../src/feed/changes.ts'
import type { Snapshot } from '../src/snapshot/wire.ts'

const exports = join(import.meta.dirname, 'fixtures', 'polis')

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const importPolis = (folder: string, ...flags: string[]) =>
  folkmoot(['import', 'polis', folder, ...flags], server.place.env)
const snapshotOf = async (ran: Ran) =>
  (await request<Snapshot>('GET', `${server.url}/api/v1/questions/${questionIn(ran)}`)).body

/** The standing agrees by statement, counted in the plainest way from the files themselves. */
async function recount(folder: string) {
  const lines = (await readFile(join(folder, 'votes.csv'), 'utf8')).trim().split('\n').slice(1)
  const votes = lines.map((line) => line.split(',')).toSorted((a, b) => Number(a[0]) - Number(b[0]))
  const standing = new Map(votes.map(([, , statement, voter, vote]) => [`${statement}:${voter}`, vote]))
  const agrees = new Map<string, number>()
  for (const [key, vote] of standing) {
    const statement = key.split(':')[0]!
    agrees.set(statement, (agrees.get(statement) ?? 0) + (vote === '1' ? 1 : 0))
  }
  const comments = parse<{ timestamp: string; 'comment-id': string; 'comment-body': string }>(
    await readFile(join(folder, 'comments.csv'), 'utf8'),
    { columns: true },
  )
  const ranking = comments
    .toSorted((a, b) => Number(a.timestamp) - Number(b.timestamp))
    .map((row) => ({
      title: row['comment-body'].replace(/\s+/gu, ' ').trim().normalize('NFC'),
      votes: agrees.get(row['comment-id']) ?? 0,
      createdAt: new Date(Number(row.timestamp)).toISOString(),
    }))
    .toSorted((a, b) => b.votes - a.votes)
  return { ranking, voters: new Set(votes.map(([, , , voter]) => voter)).size }
}

describe('folkmoot import polis, while the server runs', () => {
  const vtaiwan = join(exports, 'vtaiwan.uberx')

  it('replays vTaiwan: every participant, every statement, every standing vote, idea by idea', async () => {
    const ran = await importPolis(vtaiwan)
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' })
    const snapshot = await snapshotOf(ran)
    const { ranking, voters } = await recount(vtaiwan)

    expect(snapshot.counts).toMatchObject({ participants: 1_921, ideas: 197, votes: 31_029 })
    expect(voters).toBe(1_921)
    expect(ranking.reduce((sum, statement) => sum + statement.votes, 0)).toBe(31_029)
    expect(snapshot.ideas.map(({ title, votes, createdAt }) => ({ title, votes, createdAt }))).toEqual(ranking)
    expect(snapshot.ideas.every((idea) => idea.voters?.first.length === 0 && idea.voters.others === idea.votes)).toBe(
      true,
    )
    expect(snapshot.createdAt, 'the time of the first statement').toBe('2015-06-30T08:49:52.077Z')

    const page = await (await fetch(`${server.url}/q/${snapshot.id}`, { headers: { 'accept-language': 'en' } })).text()
    const places = ranking.slice(0, 10).map(({ title }) => page.indexOf(escapeHtml(title)))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('changes nothing when the same export is brought in again', async () => {
    const first = await importPolis(vtaiwan)
    const before = await snapshotOf(first)
    const again = await importPolis(vtaiwan)
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed') as string })
    expect(await snapshotOf(again)).toEqual(before)
  })

  it('keeps the times of the conversation in the feed, in order', async () => {
    const ran = await importPolis(join(exports, '15-per-hour-seattle'))
    const { body } = await request<{ changes: { revision: number; type: ChangeType; at: string }[] }>(
      'GET',
      `${server.url}/api/v1/questions/${questionIn(ran)}/changes?limit=1000`,
    )
    const times = body.changes.map((change) => change.at)
    expect(times[0], 'the time of the first statement').toBe('2014-06-18T01:16:54.174Z')
    expect(body.changes.map((change) => change.revision)).toEqual(times.map((_, index) => index + 1))
    expect(times).toEqual(times.toSorted())
  })

  it('takes only the accepted statements when told so', async () => {
    const snapshot = await snapshotOf(await importPolis(vtaiwan, '--accepted-only'))
    expect(snapshot.counts.ideas).toBe(99)
  })
})

describe('an export with bad rows', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folkmoot-polis-'))
    await cp(join(exports, '15-per-hour-seattle'), folder, { recursive: true })
    await appendFile(
      join(folder, 'votes.csv'),
      [
        'yesterday,Wed,0,1,1',
        '1403054214196,Wed,9999,1,1',
        '1403054214196,Wed,0,1,7',
        '1403054214196,Wed,0',
        '1403054214196,Wed,0,"1,1',
        '',
      ].join('\n'),
    )
  })
  afterAll(() => rm(folder, { recursive: true }))

  const complaints = [
    'votes.csv:2997: “yesterday” is not a time in milliseconds',
    'votes.csv:2998: there is no statement 9999 to vote on',
    'votes.csv:2999: a vote is 1, 0 or -1, not “7”',
    'votes.csv:3000: it has 3 columns, the header 5',
    'votes.csv:3001: this is not a row of CSV',
  ]

  it('names each with its file and line and brings in nothing when strict', async () => {
    const ran = await importPolis(folder, '--strict')
    expect(ran.code).toBe(1)
    for (const complaint of complaints) expect(ran.stderr).toContain(complaint)
    expect(ran.stdout).toBe('')
  })

  it('names each with its file and line and brings in the rest otherwise', async () => {
    const ran = await importPolis(folder)
    for (const complaint of complaints) expect(ran.stderr).toContain(complaint)
    const { ranking } = await recount(join(exports, '15-per-hour-seattle'))
    const snapshot = await snapshotOf(ran)
    expect(snapshot.ideas.map((idea) => idea.votes)).toEqual(ranking.map((statement) => statement.votes))
  })

  it('says which file is missing or has other columns', async () => {
    expect(await importPolis(join(folder, 'nowhere'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('summary.csv cannot be read') as string,
    })
    await writeFile(join(folder, 'votes.csv'), 'a,b\n1,2\n')
    expect(await importPolis(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('votes.csv has no column timestamp, comment-id, voter-id, vote') as string,
    })
  })
})

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectReader, type Db } from '../db/connect.ts'
import { shareClock, systemClock } from '../base/clock.ts'
import { createFeed, type Feed, type News } from '../feed/follow.ts'
import { createDoors, type Doors } from '../http/doors.ts'
import { person } from '../../test/support/core.ts'
import { startWriter, type Writer } from './writer.ts'

let dataDir: string
let feed: Feed
let news: News[]
let ends: unknown[]
let writer: Writer
let read: Db
let doors: Doors

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'folkmoot-writer-'))
  feed = createFeed((failure) => {
    throw failure
  })
  news = []
  ends = []
  feed.follow((one) => news.push(one))
  writer = await startWriter({ kind: 'sqlite', dataDir }, feed, shareClock(systemClock), (failure) =>
    ends.push(failure),
  )
  read = connectReader({ kind: 'sqlite', dataDir })
  doors = createDoors({ read, clock: Date.now, feed, verbs: writer.verbs })
})
afterEach(async () => {
  await read.destroy()
  await writer.close()
  await rm(dataDir, { recursive: true, force: true })
})

describe('verbs in the thread that writes', () => {
  it('do what they do here, and tell what was committed before they are acknowledged', async () => {
    const owner = person('Alice')
    const q = (await doors.ask(owner, { title: 'Where shall we meet?' })).question.id
    const idea = await doors.addIdea(owner, q, { title: 'By the lake' })
    expect(news.map(({ changes }) => changes.map(({ type }) => type))).toEqual([['question.asked'], ['idea.added']])
    expect(await doors.vote(person('Bob'), q, idea.id)).toEqual({ idea: idea.id, votes: 1, revision: 5 })
    expect(news.at(-1)).toMatchObject({ questionId: q, revision: 5, tallied: [idea.id] })
    expect((await doors.snapshot(q)).ideas[0]).toMatchObject({ votes: 1, voters: { first: ['Bob'], others: 0 } })
  })

  it('refuse in the same words and with the same facts', async () => {
    const owner = person()
    const settings = { votesPerParticipant: 1 }
    const q = (await doors.ask(owner, { title: 'Where?', settings })).question.id
    const [one, two] = [
      await doors.addIdea(owner, q, { title: 'One' }),
      await doors.addIdea(owner, q, { title: 'Two' }),
    ]
    const bob = person('Bob')
    await doors.vote(bob, q, one.id)
    await expect(doors.vote(bob, q, two.id)).rejects.toMatchObject({ code: 'votes_spent', facts: { votes: 1 } })
    await expect(doors.addComment(person(), 'NoQuestion1', { text: 'Hello' })).rejects.toMatchObject({
      code: 'question_not_found',
      status: 404,
    })
    const reopening = doors.editQuestion(owner, q, { closesAt: '2020-01-01T00:00:00Z' })
    await expect(reopening).rejects.toMatchObject({ code: 'deadline_in_past', errors: [{ path: 'closesAt' }] })
  })

  it('cast many votes at once, each counted once', async () => {
    const q = (await doors.ask(person(), { title: 'Where?' })).question.id
    const idea = (await doors.addIdea(person(), q, { title: 'By the lake' })).id
    const people = Array.from({ length: 500 }, () => person())
    const receipts = await Promise.all([...people, ...people].map((caller) => doors.vote(caller, q, idea)))
    expect(Math.max(...receipts.map(({ votes }) => votes ?? 0))).toBe(500)
    expect((await doors.snapshot(q)).counts).toMatchObject({ votes: 500, participants: 501 })
  })

  it('refuse what is more than they can hold, keep what they have taken, and go on', async () => {
    const q = (await doors.ask(person(), { title: 'Where?' })).question.id
    const idea = (await doors.addIdea(person(), q, { title: 'By the lake' })).id
    const bob = person()
    const [votes, comments] = [
      Array.from({ length: 20_100 }, () => writer.verbs.vote(bob, q, idea, 1)),
      Array.from({ length: 550 }, (_, n) => writer.verbs.addComment(bob, q, { text: `Comment ${n}` })),
    ]
    const refused = (results: PromiseSettledResult<unknown>[]) => results.filter((one) => one.status === 'rejected')
    const [voted, commented] = await Promise.all([Promise.allSettled(votes), Promise.allSettled(comments)])
    for (const { reason } of [...refused(voted), ...refused(commented)])
      expect(reason).toMatchObject({ code: 'overloaded', status: 503 })
    expect([refused(voted).length, refused(commented).length]).toEqual([100, 50])
    expect((await doors.snapshot(q)).counts).toMatchObject({ votes: 1, comments: 500 })
  })

  it('end before the thread does, when it is closed', async () => {
    const q = (await doors.ask(person(), { title: 'Where?' })).question.id
    const comments = Array.from({ length: 20 }, (_, n) => writer.verbs.addComment(person(), q, { text: `${n}` }))
    await writer.close()
    expect(await Promise.all(comments)).toHaveLength(20)
    expect(ends).toEqual([])
    writer = await startWriter({ kind: 'sqlite', dataDir }, feed, shareClock(systemClock), () => undefined)
    expect((await doors.snapshot(q)).counts.comments).toBe(20)
  })
})

it('says why the store cannot be opened', async () => {
  await expect(
    startWriter({ kind: 'sqlite', dataDir: '/dev/null/nowhere' }, feed, shareClock(systemClock), () => undefined),
  ).rejects.toThrow('DATA_DIR: the folder')
})

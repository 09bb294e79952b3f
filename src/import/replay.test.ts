import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, type TestCore } from '../../test/support/core.ts'
import { ideaFrom, readPolis } from './polis.ts'
import { replayPolis } from './replay.ts'

const seattle = readPolis(join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'polis', '15-per-hour-seattle'))

describe.each(engines)('replayPolis on $engine', ({ open }) => {
  let test: TestCore
  beforeEach(async () => {
    test = await open()
  })
  afterEach(() => test.close())

  it('goes on where it broke off, and ends as if it never had', async () => {
    const reports: number[] = []
    const breaking = replayPolis(test.core, seattle, { acceptedOnly: false }, (done) => {
      reports.push(done)
      if (done > 0) throw new Error('The power is gone.')
    })
    await expect(breaking).rejects.toThrow('The power is gone.')
    expect(reports).toEqual([0, 500])

    const resumed = await replayPolis(test.core, seattle, { acceptedOnly: false }, (done) => reports.push(done))
    expect(resumed.alreadyThere).toBe(false)
    const owner = { bearer: resumed.adminToken, device: '' }
    expect((await test.doors.overlay(owner, resumed.questionId)).role).toBe('owner')
    expect(reports.slice(2, 4)).toEqual([500, 1_000])
    expect(reports.at(-1)).toBe(seattle.votes.length + seattle.statements.length)
    const whole = await open()
    const { questionId } = await replayPolis(whole.core, seattle, { acceptedOnly: false }, () => undefined)
    const tallies = (snapshot: Awaited<ReturnType<TestCore['doors']['snapshot']>>) =>
      snapshot.ideas.map(({ title, votes, createdAt }) => ({ title, votes, createdAt }))
    const [after, never] = [await test.doors.snapshot(resumed.questionId), await whole.doors.snapshot(questionId)]
    await whole.close()
    expect(after.counts).toEqual(never.counts)
    expect(after.revision).toBe(never.revision)
    expect(tallies(after)).toEqual(tallies(never))
  })

  it('lets a later vote replace an earlier one, and at the same moment the later row', async () => {
    const row = { statement: '1', voter: 'a' }
    const source = {
      ...seattle,
      hash: 'made up',
      statements: [{ id: '1', author: 'nobody', text: 'Rain.', at: 1_000, moderated: 0 }],
      votes: [
        { ...row, value: 1 as const, at: 3_000 },
        { ...row, value: -1 as const, at: 3_000 },
        { ...row, voter: 'b', value: -1 as const, at: 2_000 },
        { ...row, voter: 'b', value: 1 as const, at: 4_000 },
      ],
    }
    const { questionId } = await replayPolis(test.core, source, { acceptedOnly: false }, () => undefined)
    const snapshot = await test.doors.snapshot(questionId)
    expect(snapshot.counts).toMatchObject({ participants: 2, votes: 1 })
    expect(snapshot.ideas).toMatchObject([{ title: 'Rain.', votes: 1, author: null }])
  })
})

it('lets a statement that is too long for a title go on in the description', () => {
  const long = `${'word '.repeat(60)}end`
  const idea = ideaFrom({ id: '1', author: 'a', text: long, at: 0, moderated: 1 })
  expect([...idea.title].length).toBeLessThanOrEqual(200)
  expect(idea.title).toMatch(/word…$/)
  expect(idea.description).toBe(long)
})

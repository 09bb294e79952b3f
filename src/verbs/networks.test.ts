import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { networksKept, saltPrefix } from './housekeeping.ts'

const aDay = 24 * 60 * 60 * 1000

describe.each(engines)('what is kept of newcomers on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  const newcomer = (nonce: string): Caller => ({
    ...person(),
    newcomer: {
      network: 'a school',
      free: 1,
      proof: { kind: 'work', nonce, strength: 0, expiresAt: test.time.now + 60_000 },
    },
  })
  let key: number
  const networks = () =>
    test.core.store.read.selectFrom('participants').select('network').where('question_id', '=', key).execute()
  const proofs = () =>
    test.core.store.read.selectFrom('proofs').select('nonce').where('question_id', '=', key).execute()
  const salts = () =>
    test.core.store.read.selectFrom('server').select('name').where('name', 'like', `${saltPrefix}%`).execute()

  it('is gone in time: salts when the next day is over, proofs when they expire, networks after a week', async () => {
    const { doors, house, time } = test
    const { question } = await doors.ask(person('Alice'), { title: 'Where?' })
    key = (await loadQuestion(test.core.store.read, question.id)).id
    const idea = (await doors.addIdea(newcomer('one'), question.id, { title: 'At the lake' })).id
    await doors.vote(newcomer('two'), question.id, idea)
    await house.verbs.keepOnce(`${saltPrefix}2026-05-04`, 'salt')
    expect((await networks()).filter(({ network }) => network === 'a school')).toHaveLength(2)
    expect(await proofs()).toEqual([{ nonce: 'two' }])

    time.now += aDay
    await house.verbs.tidyUp(null)
    expect(await proofs()).toEqual([])
    expect(await salts()).toHaveLength(1)
    time.now += aDay
    await house.verbs.tidyUp(null)
    expect(await salts()).toEqual([])
    expect((await networks()).filter(({ network }) => network !== null)).toHaveLength(2)

    time.now += networksKept - 2 * aDay + 1
    await house.verbs.tidyUp(null)
    expect((await networks()).filter(({ network }) => network !== null)).toEqual([])
    // Nobody is counted any more of whom it is not known where they began.
    await doors.vote({ ...newcomer('three') }, question.id, idea)
    expect(await proofs()).toEqual([])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import type { Caller } from '../question/seat.ts'
import { SimilarIdeas } from './similar.ts'
import type { Snapshot } from './wire.ts'

describe.each(engines)('similar ideas on $engine', ({ open }) => {
  let test: TestCore
  let alice: Caller
  let q: string
  beforeEach(async () => {
    test = await open()
    const asked = await test.doors.ask(person(), { title: 'What shall we build?' })
    q = asked.question.id
    alice = { bearer: asked.adminToken, device: '' }
  })
  afterEach(() => test.close())

  const add = async (title: string) => (await test.doors.addIdea(alice, q, { title })).id
  const titles = async (text: string) => (await test.doors.similarIdeas(q, text)).map(({ title }) => title)

  it('are those that say the same in other words, most like it first, and say whether they may be the same', async () => {
    await add('More buses at night')
    await add('A playground for the smallest children')
    const school = await add('Build a playground behind the school')
    expect(await test.doors.similarIdeas(q, 'build playground behind the school!')).toMatchObject([
      { id: school, same: true, closed: false },
    ])
    expect(await titles('A playground')).toEqual([
      'Build a playground behind the school',
      'A playground for the smallest children',
    ])
    expect(await titles('A swimming pool')).toEqual([])
    expect(await titles('')).toEqual([])
    expect(await titles('!?')).toEqual([])
  })

  it('follow what is added, changed, withdrawn, hidden and shown again', async () => {
    const idea = await add('A playground')
    expect(await titles('playground')).toEqual(['A playground'])
    await test.doors.editIdea(alice, q, idea, { title: 'A skating rink' })
    expect(await titles('playground')).toEqual([])
    expect(await titles('skating rink')).toEqual(['A skating rink'])
    await test.doors.hideIdea(alice, q, idea)
    expect(await titles('skating rink')).toEqual([])
    await test.doors.showIdea(alice, q, idea)
    expect(await titles('skating rink')).toEqual(['A skating rink'])
    await test.doors.deleteIdea(alice, q, idea)
    expect(await titles('skating rink')).toEqual([])
  })

  it('find what was merged under the idea that took it in', async () => {
    const rink = await add('A skating rink')
    const ice = await add('Somewhere to go on the ice')
    await test.doors.mergeIdea(alice, q, ice, { into: rink })
    expect(await titles('Somewhere to go on the ice')).toEqual(['A skating rink'])
  })

  it('leave out what waits for the owner, and an idea that is not meant', async () => {
    const rink = await add('A skating rink')
    await test.doors.editQuestion(alice, q, { settings: { moderation: 'hold' } })
    await test.doors.addIdea(person('Bob'), q, { title: 'A skating rink for all' })
    expect(await titles('A skating rink for all')).toEqual(['A skating rink'])
    expect(await test.doors.similarIdeas(q, 'A skating rink', { except: rink })).toEqual([])
  })

  it('are right for all who ask at the same time', async () => {
    for (const n of ['one', 'two', 'three', 'four']) await add(`Playground ${n}`)
    const found = await Promise.all(Array.from({ length: 20 }, () => titles('Playground three')))
    for (const one of found) expect(one[0]).toBe('Playground three')
  })
})

/** A question as large as they get. */
function large(ideas: number): Snapshot {
  const words = 'park school bench river bridge tree light path water house garden market square tower lake'.split(' ')
  const word = (n: number) => words[n % words.length] ?? ''
  const title = (n: number) => `A ${word(n)} by the ${word(n >> 4)} near ${word(n >> 8)} number ${n.toString(36)}`
  return {
    revision: 1,
    ideas: Array.from({ length: ideas }, (_, n) => ({ id: `idea${n}`, title: title(n), merged: [], closed: null })),
  } as unknown as Snapshot
}

describe('with ten thousand ideas', () => {
  it('lets everybody else have a turn while it reads them all, and then finds each', async () => {
    const snapshot = large(10_000)
    const similar = new SimilarIdeas({ load: () => Promise.resolve(snapshot) })
    const others = { turns: 0, isDone: false }
    const running = (async () => {
      for (; !others.isDone; others.turns++) await new Promise((resolve) => setImmediate(resolve))
    })()
    await similar.find('q', 'warm up', 5)
    others.isDone = true
    await running
    expect(others.turns).toBeGreaterThan(150)

    for (let n = 0; n < 20; n++) {
      const wanted = snapshot.ideas[n * 499]
      const [first] = await similar.find('q', wanted?.title ?? '', 5)
      expect(first?.id).toBe(wanted?.id)
    }
  })

  it('keeps no more titles than it has room for, those asked for last', async () => {
    const similar = new SimilarIdeas({ load: () => Promise.resolve(large(10)) }, 25)
    for (const q of ['a', 'b', 'a', 'c', 'd', 'a']) {
      expect(await similar.find(q, large(10).ideas[3]?.title ?? '', 1)).toMatchObject([{ id: 'idea3' }])
      expect(similar.titles).toBeLessThanOrEqual(25)
    }
    expect(similar.titles).toBe(20)
  })
})

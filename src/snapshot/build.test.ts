import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { buildSnapshot, readTallies, shownOf } from './build.ts'

describe.each(engines)('the public view on $engine', ({ open }) => {
  let test: TestCore
  let alice: Caller
  let q: string
  let ideas: string[]
  beforeEach(async () => {
    test = await open()
    alice = person('Alice')
    q = (await test.doors.ask(alice, { title: 'Where shall we meet?' })).question.id
    ideas = []
    for (const title of ['At the lake', 'By the sea', 'In the hills'])
      ideas.push((await test.doors.addIdea(alice, q, { title })).id)
  })
  afterEach(() => test.close())
  const vote = async (idea: string, ...names: string[]) => {
    for (const name of names) await test.doors.vote(person(name), q, idea)
  }
  const question = () => loadQuestion(test.core.store.read, q)
  const rebuilt = async () => buildSnapshot(test.core.store.read, await question(), test.time.now)
  const votersOf = async (idea: string) => (await rebuilt()).ideas.find((one) => one.id === idea)?.voters

  it('names the first three who gave a name, in the order of voting', async () => {
    await vote(ideas[0]!, '', 'Karen', '', 'Sharon', 'Mark', 'Salma')
    await vote(ideas[1]!, '', '')
    expect(await votersOf(ideas[0]!)).toEqual({ first: ['Karen', 'Sharon', 'Mark'], others: 3 })
    expect(await votersOf(ideas[1]!)).toEqual({ first: [], others: 2 })
    expect(await votersOf(ideas[2]!)).toEqual({ first: [], others: 0 })
  })

  it('follows who gives a name later, takes it away or leaves', async () => {
    const bob = person()
    await test.doors.vote(bob, q, ideas[0]!)
    await vote(ideas[0]!, 'Karen')
    await test.doors.rename(bob, q, { name: 'Bob' })
    expect(await votersOf(ideas[0]!)).toEqual({ first: ['Bob', 'Karen'], others: 0 })
    await test.doors.rename(bob, q, { name: '' })
    expect(await votersOf(ideas[0]!)).toEqual({ first: ['Karen'], others: 1 })
    await test.doors.rename(bob, q, { name: 'Bob' })
    await test.doors.leave(bob, q, { contributions: 'keep' })
    expect(await votersOf(ideas[0]!)).toEqual({ first: ['Karen'], others: 1 })
  })

  it('tells no tally of an idea that is hidden or not there', async () => {
    await vote(ideas[0]!, 'Karen')
    await test.doors.hideIdea(alice, q, ideas[0]!)
    await test.doors.mergeIdea(alice, q, ideas[1]!, { into: ideas[2]! })
    const row = await question()
    expect(await readTallies(test.core.store.read, row, [...ideas, 'nowhere'], shownOf(row, 0))).toEqual([
      { id: ideas[2], votes: 0, votesInRoom: 0, voters: { first: [], others: 0 } },
    ])
  })
})

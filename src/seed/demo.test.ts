import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines, type TestCore } from '../../test/support/core.ts'
import { demos, seedDemo } from './demo.ts'

describe.each(engines)('the demo on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  it.each(Object.keys(demos))('is a living page in %s', async (language) => {
    const { questionId } = await seedDemo(test.core, language)
    const snapshot = await test.doors.snapshot(questionId)
    const demo = demos[language]!
    expect(snapshot.title).toBe(demo.title)
    expect(snapshot.phase).toBe('open')
    expect(snapshot.ideas.map((idea) => [idea.title, idea.votes])).toEqual(
      demo.ideas
        .map((idea) => [idea.title, idea.voters.length + idea.quiet])
        .toSorted((a, b) => Number(b[1]) - Number(a[1])),
    )
    expect(snapshot.comments.map((comment) => comment.text)).toEqual(demo.comments.map((comment) => comment.text))
    const times = snapshot.ideas.map((idea) => Date.parse(idea.createdAt))
    expect(Math.max(...times)).toBeLessThan(test.time.now)
    expect(new Set(times).size).toBe(times.length)
  })
})

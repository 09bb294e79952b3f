import { beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../feed/changes.ts'
import { Room } from './room.ts'

const change = (revision: number): Change => ({ revision, type: 'comment.added', data: {}, at: 0 })
const news = (since: number, ...revisions: number[]) => ({
  since,
  revision: revisions.at(-1) ?? since,
  changes: revisions.map(change),
  tallied: [],
})

describe('what a room has heard', () => {
  let room: Room
  beforeEach(() => {
    room = new Room('question', () => undefined)
    room.tellUpTo(3)
  })

  it('is gathered while one thing follows the other', () => {
    room.hear(news(3, 4, 5))
    room.hear({ ...news(5), revision: 8, tallied: ['idea'] })
    room.hear({ ...news(8, 9), tallied: ['idea'] })
    expect(room.heard).toMatchObject({ since: 3, revision: 9, incomplete: false, tallied: new Set(['idea']) })
    expect(room.heard?.changes.map(({ revision }) => revision)).toEqual([4, 5, 9])
  })

  it('does not count twice', () => {
    room.hear(news(1, 2, 3))
    expect(room.heard).toBeNull()
    room.hear(news(3, 4))
    room.hear(news(3, 4))
    expect(room.heard?.changes).toHaveLength(1)
  })

  it('is incomplete when something between was written elsewhere', () => {
    room.hear(news(3, 4))
    room.hear(news(5, 6))
    expect(room.heard).toMatchObject({ revision: 6, incomplete: true, changes: [] })
  })

  it('is not kept beyond what is told one by one', () => {
    for (let n = 3; n < 2_500; n++) room.hear(news(n, n + 1))
    expect(room.heard).toMatchObject({ revision: 2_500, incomplete: true, changes: [] })
  })
})

import { expect, it } from 'vitest'
import { burst } from '../bench/support/burst.ts'
import { useServer } from './api/expectations.ts'
import { ask } from './support/api.ts'

const the = useServer()

it(
  'loses and doubles no vote of 10,000 people within ten seconds, with kill -9 in the middle',
  { timeout: 240_000 },
  async () => {
    const people = 10_000
    const alice = await ask(the.url)
    const ideas: string[] = []
    for (let n = 1; n <= 24; n++) ideas.push((await alice.addIdea({ title: `Idea ${n}` })).body.id)
    const before = (await alice.snapshot()).body.counts.participants

    const went = await burst(the.server, alice, ideas, { people, seconds: 10 })

    expect(went).toMatchObject({
      acknowledged: people,
      beforeKill: people / 2,
      cut: people / 20,
      doubled: people / 50,
      votes: people,
      participants: (before ?? 0) + people,
      tallies: ideas.map((_, n) => Math.ceil((people - n) / ideas.length)),
      withoutTheirVote: 0,
      casts: people,
      joins: (before ?? 0) + people,
      gaps: 0,
    })
    expect(went.resent, 'requests under way when the server was killed').toBeGreaterThan(0)
  },
)

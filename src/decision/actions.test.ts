import { expect, it } from 'vitest'
import { engines, person } from '../../test/support/core.ts'
import { createDoors } from '../http/doors.ts'
import type { Verbs } from '../verbs/verbs.ts'

it.each(engines)(
  'tells the owner what was decided, also when it is taken back before anyone looks, on $engine',
  async ({ open }) => {
    const test = await open()
    const owner = person('Alice')
    const q = (await test.doors.ask(owner, { title: 'Where?' })).question.id
    const { id } = await test.doors.addIdea(owner, q, { title: 'At the lake' })
    await test.doors.close(owner, q)
    const { verbs } = test.house
    // Another of Alice's devices is quicker than the answer to this one.
    const decide: Verbs['decide'] = async (...asked) => {
      const decided = await verbs.decide(...asked)
      await verbs.undecide(owner, q)
      return decided
    }
    const doors = createDoors({ ...test.house, verbs: { ...verbs, decide } })
    const decision = { ideas: [id], statement: 'At the lake it is.' }
    const decidedAt = new Date(test.time.now).toISOString()
    expect(await doors.decide(owner, q, decision)).toEqual({ ...decision, decidedAt })
    expect((await test.doors.snapshot(q)).decision).toBeNull()
    await test.close()
  },
)

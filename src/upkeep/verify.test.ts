import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { findFaults } from './verify.ts'

describe.each(engines)('findFaults on $engine', ({ open }) => {
  let test: TestCore
  let q: string
  beforeEach(async () => {
    test = await open()
    const { doors } = test
    const alice = person('Alice')
    const bob = person('Bob')
    const asked = await doors.ask(alice, { title: 'Where shall we meet?' })
    q = asked.question.id
    const owner = { bearer: asked.adminToken, device: '' }
    const [lake, hut, barn] = await Promise.all(
      ['At the lake', 'In the hut', 'In the barn'].map((title) => doors.addIdea(bob, q, { title })),
    )
    const reason = await doors.addArgument(bob, q, lake!.id, { side: 'pro', text: 'It is near.' })
    await doors.agree(alice, q, reason.id)
    await doors.addComment(alice, q, { text: 'Soon, please.' })
    for (const idea of [lake, hut, barn]) await doors.vote(bob, q, idea!.id)
    await doors.vote(person(), q, lake!.id)
    await doors.hideIdea(owner, q, hut!.id)
    await doors.mergeIdea(owner, q, barn!.id, { into: lake!.id })
  })
  afterEach(() => test.close())
  const find = () => findFaults(test.core.store.read, () => undefined)

  it('finds none in what people did through the doors', async () => {
    expect(await find()).toEqual([])
  })

  it.each([
    ['update questions set votes = votes + 1', 'counts 3 votes, and there are 2'],
    ['update questions set participants = 7', 'counts 7 participants, and there are 3'],
    ['update questions set ideas = 0', 'counts 0 ideas, and there are 1'],
    ['update questions set arguments = 0', 'counts 0 arguments, and there are 1'],
    ['update questions set comments = 2', 'counts 2 comments, and there are 1'],
    [
      "update ideas set votes = 5, further_votes = 3 where title = 'At the lake'",
      /^has the idea \w+ with 5 votes, and there are 2$/,
    ],
    [
      "update ideas set further_votes = 1 where title = 'At the lake'",
      /^has the idea \w+ with 1 voters, and there are 2$/,
    ],
    [
      "insert into tallies select question_id, id, 'email', 2 from ideas where title = 'At the lake'",
      /^has the idea \w+ with 2 votes at the level email, and there are 0$/,
    ],
    ['update arguments set agreements = 0', /^has the argument \w+ with 0 agreements, and there are 1$/],
    ['update votes set named = 1 - named', 'has 3 votes that do not know whether their participant has a name'],
    ['delete from changes where revision = 3', /^is at revision (\d+), and its feed has \d+ changes from 1 to \1$/],
    ['update changes set revision = 900 where revision = 3', /and its feed has \d+ changes from 1 to 900$/],
    ['delete from changes', /and its feed has 0 changes/],
    ["update changes set data = '{}' where revision = 3", /^has a feed that does not hang together: Change 3 does not/],
    ['update changes set at = at + 1 where revision = 5', /^has a feed that does not hang together: Change 5 does not/],
    ['update questions set head = null', /^says that the head of its feed is null, and it is [0-9a-f]{64}$/],
    ['update changes set hash = null where revision > 9', /^has changes without a hash from 10 on: an older release/],
    ['update questions set next_id = 2', /^would give out the key 2 next, and has given out \d+$/],
  ])('finds what %s has done', async (damage, fault) => {
    await sql.raw(damage).execute(test.core.store.write)
    expect(await find()).toEqual([
      { questionId: q, fault: typeof fault === 'string' ? fault : (expect.stringMatching(fault) as string) },
    ])
  })

  it('looks at every question, also where there are more than are read at once', async () => {
    for (let n = 0; n < 501; n++) await test.doors.ask(person(), { title: `Question ${n}` })
    await sql`update questions set comments = 1 where title = 'Question 500'`.execute(test.core.store.write)
    const reports: [number, number][] = []
    const faults = await findFaults(test.core.store.read, (done, of) => reports.push([done, of]))
    expect(faults).toMatchObject([{ fault: 'counts 1 comments, and there are 0' }])
    expect(reports.at(-1)).toEqual([502, 502])
  }, 60_000)
})

import { setTimeout as rest } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refuse } from '../base/refusals.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { connect } from '../db/connect.ts'
import { append, command, worthWaitingFor } from './command.ts'
import { onceFrom } from './once.ts'

describe.each(engines)('command on $engine', ({ open }) => {
  let test: TestCore
  let q: string
  beforeEach(async () => {
    test = await open()
    q = (await test.doors.ask(person(), { title: 'Where shall we meet?' })).question.id
    test.published.length = 0
  })
  afterEach(() => test.close())

  it('publishes the changes once they are committed', async () => {
    await test.doors.addComment(person('Bob'), q, { text: 'By the lake.' })
    expect(test.published).toMatchObject([
      { questionId: q, revision: 3, changes: [{ type: 'comment.added', revision: 3 }], tallied: [] },
    ])
  })

  it('publishes which tallies moved rather than each vote', async () => {
    const bob = person('Bob')
    const { id } = await test.doors.addIdea(bob, q, { title: 'By the lake' })
    test.published.length = 0
    await test.doors.castBallot(bob, q, { votes: { [id]: 1 } })
    expect(test.published).toEqual([{ questionId: q, since: 3, revision: 4, changes: [], tallied: [id] }])
  })

  it('publishes and stores nothing when the verb refuses halfway', async () => {
    const before = await test.doors.snapshot(q)
    const failing = command(test.core, q, async (taken) => {
      await taken.trx.updateTable('questions').set({ title: 'Mine now' }).where('id', '=', taken.question.id).execute()
      append(taken, 'question.edited')
      throw refuse('owner_only')
    })
    await expect(failing).rejects.toMatchObject({ code: 'owner_only' })
    expect(test.published).toEqual([])
    expect(await test.doors.snapshot(q)).toEqual(before)
    expect((await test.doors.changes(q, {})).changes).toHaveLength(1)
  })

  it('numbers the changes of many writers without a gap', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => test.doors.addComment(person(), q, { text: `Comment ${n}` })),
    )
    const { changes, revision } = await test.doors.changes(q, {})
    expect(changes.map((change) => change.revision)).toEqual(Array.from({ length: 61 }, (_, n) => n + 1))
    expect(revision).toBe(61)
  })

  it('does a verb once, however often and however quickly it is sent', async () => {
    const bob = { ...person('Bob'), once: onceFrom('a key', 'POST /comments', '{}', 'a secret key') }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => test.doors.addComment(bob, q, { text: 'Once.' })),
    )
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1)
    expect((await test.doors.snapshot(q)).counts.comments).toBe(1)
  })

  it('answers a retry after the deadline as it answered the first time', async () => {
    const once = onceFrom('a key', 'POST /questions', '{}', 'a secret key')
    const alice = { ...person(), once }
    const question = { title: 'When?', closesAt: new Date(test.time.now + 1_000).toISOString() }
    const first = await test.doors.ask(alice, question)
    test.time.now += 5_000
    const again = await test.doors.ask(alice, question)
    expect([again.question.id, again.adminToken]).toEqual([first.question.id, first.adminToken])
    await expect(test.doors.ask(person(), question)).rejects.toMatchObject({ code: 'deadline_in_past' })
  })

  it('refuses the same key with something else', async () => {
    const bob = person('Bob')
    await test.doors.addComment({ ...bob, once: onceFrom('a key', '', 'one', 'secret') }, q, { text: 'One.' })
    const other = { ...bob, once: onceFrom('a key', '', 'two', 'secret') }
    await expect(test.doors.addComment(other, q, { text: 'Two.' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    })
  })
})

describe.each(engines)('the deadline on $engine', ({ open }) => {
  let test: TestCore
  beforeEach(async () => {
    test = await open()
  })
  afterEach(() => test.close())

  it('closes to the millisecond, and writes the closing down as of that moment whenever somebody looks', async () => {
    const closesAt = test.time.now + 10_000
    const asked = await test.doors.ask(person(), { title: 'When?', closesAt: new Date(closesAt).toISOString() })
    const q = asked.question.id
    const bob = person('Bob')
    const { id: idea } = await test.doors.addIdea(bob, q, { title: 'At noon' })

    test.time.now = closesAt - 1
    expect((await test.doors.vote(bob, q, idea)).votes).toBe(1)
    test.time.now = closesAt
    await expect(test.doors.unvote(bob, q, idea)).rejects.toMatchObject({ code: 'question_closed' })

    test.time.now = closesAt + 5_000_000
    const snapshot = await test.doors.snapshot(q)
    expect(snapshot).toMatchObject({ phase: 'closed', closedAt: new Date(closesAt).toISOString() })
    expect(snapshot.ideas[0]?.votes).toBe(1)
    const { changes } = await test.doors.changes(q, {})
    expect(changes.at(-1)).toMatchObject({ type: 'question.closed', at: closesAt, data: { byDeadline: true } })
  })
})

describe('what had to wait for long on PostgreSQL', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await engines[1]!.open()
  })
  afterEach(() => test.close())

  it('is refused rather than carried out when nobody expects it any more', async () => {
    const bob = person('Bob')
    const { question } = await test.doors.ask(person(), { title: 'Where shall we meet?' })
    const { id: idea } = await test.doors.addIdea(bob, question.id, { title: 'By the lake' })
    const before = await test.doors.snapshot(question.id)
    const elsewhere = await connect(test.engine)
    const address = elsewhere.read.selectFrom('addresses').selectAll().where('public_id', '=', question.id)
    const { question_id: key } = await address.executeTakeFirstOrThrow()
    let letGo = () => {}
    const taken = new Promise<void>((isTaken) => {
      void elsewhere.write.transaction().execute(async (trx) => {
        await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx)
        await trx.selectFrom('questions').select('id').where('id', '=', key).forUpdate().execute()
        isTaken()
        await new Promise<void>((resolve) => (letGo = resolve))
      })
    })
    await taken
    const late = [
      test.doors.vote(bob, question.id, idea),
      test.doors.addComment(bob, question.id, { text: 'Is anybody there?' }),
    ].map((verb) => verb.catch((failure: unknown) => failure))
    await rest(worthWaitingFor + 100)
    const soon = test.doors.addComment(bob, question.id, { text: 'I have only just come.' })
    letGo()
    for (const refused of late) expect(await refused).toMatchObject({ code: 'overloaded' })
    await soon
    await elsewhere.close()
    const after = await test.doors.snapshot(question.id)
    expect(after.comments.map(({ text }) => text)).toEqual(['I have only just come.'])
    expect(after.counts.votes).toBe(before.counts.votes)
  })
})

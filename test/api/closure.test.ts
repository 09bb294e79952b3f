import { describe, expect, it } from 'vitest'
import { ask, type Owner, type Person } from '../support/api.ts'
import { startServer } from '../support/server.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

const inMilliseconds = (ms: number) => new Date(Date.now() + ms).toISOString()
const until = (time: string) => new Promise((resolve) => setTimeout(resolve, Date.parse(time) - Date.now() + 5))

async function expectNothingTaken(alice: Owner, bob: Person): Promise<void> {
  const { body } = await alice.snapshot()
  const idea = body.ideas.find((one) => one.pros.length > 0)!
  const reason = idea.pros[0]!
  const comment = body.comments[0]!
  await expectNothingStored(alice, async () => {
    for (const who of [bob, alice.stranger()])
      for (const attempt of [
        who.addIdea({ title: 'Too late' }),
        who.argue(idea.id, { side: 'con', text: 'Too late' }),
        who.agree(reason.id),
        who.disagree(reason.id),
        who.vote(idea.id),
        who.unvote(idea.id),
        who.castBallot([]),
        who.comment('Too late'),
        who.post('/participants', { name: 'Late' }),
      ])
        expectRefusal(await attempt, 'question_closed')
    for (const who of [bob, alice])
      for (const attempt of [
        who.editIdea(idea.id, { title: 'Too late' }),
        who.removeImage(idea.id),
        who.deleteIdea(idea.id),
        who.editArgument(reason.id, 'Too late'),
        who.deleteArgument(reason.id),
        who.editComment(comment.id, 'Too late'),
        who.deleteComment(comment.id),
      ])
        expectRefusal(await attempt, 'question_closed')
    expectRefusal(await bob.leave({ contributions: 'remove' }), 'question_closed')
    expectRefusal(await alice.merge(idea.id, idea.id), 'question_closed')
    expectRefusal(await alice.edit({ closesAt: '2199-01-01T00:00:00Z' }), 'question_closed')
  })
}

async function discussed() {
  const alice = await ask(site.url, { title: 'Where shall we meet?' })
  const bob = await alice.invite('Bob')
  const { body: idea } = await bob.addIdea({ title: 'At the lake' })
  const { body: other } = await bob.addIdea({ title: 'In the park' })
  await bob.argue(idea.id, { side: 'pro', text: 'Water' })
  await bob.comment('Bring towels.')
  await bob.vote(idea.id)
  return { alice, bob, idea: idea.id, other: other.id }
}

describe('closing', () => {
  it('takes nothing from then on, from anyone', async () => {
    const { alice, bob } = await discussed()
    const { status, body } = await alice.close()
    expect(status).toBe(200)
    expect(body.phase).toBe('closed')
    expect(body.closedAt).toMatch(/Z$/)
    await expectNothingTaken(alice, bob)
  })

  it('changes nothing the second time', async () => {
    const { alice } = await discussed()
    await alice.close()
    await expectNothingStored(alice, async () => {
      expect((await alice.close()).status).toBe(200)
    })
  })

  it('still lets people leave and rename themselves, and the owner moderate', async () => {
    const { alice, bob, idea } = await discussed()
    await alice.close()
    expect((await bob.rename('Robert')).body.participant?.name).toBe('Robert')
    expect((await alice.hide('ideas', idea)).status).toBe(204)
    expect((await alice.show('ideas', idea)).status).toBe(204)
    expect((await bob.leave()).status).toBe(204)
    expect(JSON.stringify((await alice.snapshot()).body)).not.toMatch(/Bob|Robert/)
    await expectTalliesRight(alice)
  })

  it('is undone by reopening, with a new deadline or without any', async () => {
    const { alice, bob, idea } = await discussed()
    expectRefusal(await alice.reopen(), 'question_not_closed')
    await alice.close()
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.reopen({ closesAt: '2020-01-01T00:00:00Z' }), 'deadline_in_past', ['closesAt'])
      expectRefusal(await alice.delete('/closure', { closesAt: 'soon' }), 'invalid_input', ['closesAt'])
      expectRefusal(await alice.delete('/closure', { until: null }), 'invalid_input', ['until'])
    })
    const reopened = await alice.reopen({ closesAt: '2199-01-01T00:00:00Z' })
    expect(reopened.body).toMatchObject({ phase: 'open', closedAt: null, closesAt: '2199-01-01T00:00:00.000Z' })
    expect((await bob.unvote(idea)).status).toBe(200)
    await alice.close()
    expect((await alice.reopen()).body).toMatchObject({ phase: 'open', closesAt: '2199-01-01T00:00:00.000Z' })
    await alice.close()
    expect((await alice.reopen({ closesAt: null })).body).toMatchObject({ phase: 'open', closesAt: null })
    await expectNoGaps(alice)
  })

  it('by the owner lets no vote of the race land after it', async () => {
    const { alice, idea, other } = await discussed()
    const people = await Promise.all(Array.from({ length: 20 }, () => alice.invite()))
    const early = people.slice(0, 10).map((person) => person.vote(idea))
    const closing = alice.close()
    const late = people.slice(10).flatMap((person) => [person.vote(idea), person.vote(other)])
    const answers = await Promise.all([...early, ...late])
    const { body: closed } = await closing
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 'question_closed')
    expectRefusal(await people[0]!.vote(other), 'question_closed')

    const { body: after } = await alice.snapshot()
    expect(after.revision).toBe(closed.revision)
    expect(after.counts.votes).toBe(1 + answers.filter((answer) => answer.status === 200).length)
    await expectTalliesRight(alice)
    const { body: feed } = await alice.changes()
    expect(feed.changes.at(-1)?.type).toBe('question.closed')
  })
})

describe('the deadline', () => {
  it('closes to the millisecond, and no vote that raced it lands afterwards', async () => {
    const { alice, bob, idea, other } = await discussed()
    const people = [bob, ...(await Promise.all(Array.from({ length: 5 }, () => alice.invite())))]
    const closesAt = inMilliseconds(1500)
    expect((await alice.patch('', { closesAt })).status).toBe(200)
    let acknowledged = 0
    let refusedAt = Infinity
    const storm = people.map(async (person) => {
      for (let standing = false; ; standing = !standing) {
        const answer = await (standing ? person.unvote(other) : person.vote(other))
        if (answer.status === 200) {
          acknowledged++
          continue
        }
        expectRefusal(answer, 'question_closed')
        refusedAt = Math.min(refusedAt, Date.now())
        return
      }
    })
    await Promise.all(storm)
    // Not to the millisecond: on PostgreSQL the server goes by the database's clock, which it knows about that closely.
    expect(refusedAt).toBeGreaterThan(Date.parse(closesAt) - 50)
    expect(acknowledged).toBeGreaterThan(0)

    const { body } = await alice.snapshot()
    expect(body).toMatchObject({ phase: 'closed', closesAt, closedAt: closesAt })
    const { body: feed } = await alice.get<{ changes: { type: string; at: string }[] }>('/changes?limit=1000')
    const late = feed.changes.filter((change) => change.at >= closesAt)
    expect(late.map((change) => change.type)).toEqual(['question.closed'])
    await expectTalliesRight(alice)
    await expectNothingTaken(alice, bob)
    expect(body.ideas.find((one) => one.id === idea)?.votes).toBe(1)

    // Reopening without a word about the deadline takes the past one away.
    expect((await alice.reopen()).body).toMatchObject({ phase: 'open', closesAt: null, closedAt: null })
  })

  it('that passes while the server is down closes at that very time', async () => {
    const server = await startServer()
    try {
      const alice = await ask(server.url, { title: 'Lunch?' })
      const bob = await alice.invite('Bob')
      const { body: idea } = await bob.addIdea({ title: 'At the lake' })
      const closesAt = inMilliseconds(1200)
      expect((await alice.patch('', { closesAt })).status).toBe(200)
      await server.kill()
      await until(closesAt)
      await server.start()
      // The vote is the first request that touches the question after the start.
      expectRefusal(await bob.vote(idea.id), 'question_closed')
      const { body } = await alice.snapshot()
      expect(body).toMatchObject({ phase: 'closed', closesAt, closedAt: closesAt })
      expect(body.counts.votes).toBe(0)
      expect((await alice.decide({ ideas: [idea.id], statement: '' })).status).toBe(200)
    } finally {
      await server.stop()
    }
  })
})

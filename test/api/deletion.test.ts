import { describe, expect, it } from 'vitest'
import { ask, join, Person } from '../support/api.ts'
import { expectRefusal, useServer } from './expectations.ts'

const site = useServer()

describe('deleting a question', () => {
  it('hides it from everyone but the owner, who brings it back as it was', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'Water' })
    await bob.vote(idea.id)
    const before = (await alice.snapshot()).body

    expect((await alice.deleteQuestion()).status).toBe(204)
    expect((await alice.deleteQuestion()).status).toBe(204)
    const charlie = alice.stranger()
    const mallory = new Person(site.url, alice.questionId, 'x'.repeat(32))
    for (const who of [charlie, bob, mallory]) {
      for (const attempt of [
        who.snapshot(),
        who.me(),
        who.contributions(),
        who.changes(),
        who.comments(),
        who.voters(idea.id),
        who.addIdea({ title: 'Too late' }),
        who.vote(idea.id),
        who.unvote(idea.id),
        who.castBallot([]),
        who.agree(reason.id),
        who.comment('Too late'),
        who.rename('Robert'),
        who.leave(),
        who.deleteIdea(idea.id),
        who.get('/owner'),
        who.delete(''),
        who.delete('/deletion'),
        who.post('/participants', { name: 'Charlie' }),
      ])
        expectRefusal(await attempt, 'question_not_found')
    }
    expect((await alice.ownerView()).body.deletedAt).toMatch(/Z$/)
    expectRefusal(await alice.edit({ title: 'Still there?' }), 'question_not_found')
    expectRefusal(await alice.close(), 'question_not_found')

    const restored = await alice.restoreQuestion()
    expect(restored.status).toBe(200)
    expect(restored.body).toEqual({ ...before, revision: before.revision + 2 })
    expect((await bob.unvote(idea.id)).status).toBe(200)
    expect((await alice.restoreQuestion()).body.revision).toBe(before.revision + 3)
  })

  it('leaves other questions alone', async () => {
    const alice = await ask(site.url)
    const other = await ask(site.url)
    const bob = await join(site.url, other.questionId, 'Bob')
    await alice.deleteQuestion()
    expect((await bob.me()).status).toBe(200)
  })
})

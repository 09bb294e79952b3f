import { describe, expect, it } from 'vitest'
import { ChainCheck } from '../../src/base/chain.ts'
import { changeTypes } from '../../src/feed/changes.ts'
import type { MadeInvitations } from '../../src/invitation/wire.ts'
import { ask } from '../support/api.ts'
import { expectNoGaps, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

describe('the feed', () => {
  it('tells every change in order, without gaps, and neither text nor names', async () => {
    const alice = await ask(site.url, { title: 'SECRET title', description: 'SECRET description' })
    const bob = await alice.invite('SECRET Bob')
    const carol = await alice.invite('SECRET Carol')
    const { body: lake } = await bob.addIdea({ title: 'SECRET lake', link: 'https://secret.example/' })
    const { body: park } = await bob.addIdea({ title: 'SECRET park' })
    await bob.editIdea(lake.id, { title: 'SECRET water' })
    const { body: reason } = await bob.argue(lake.id, { side: 'pro', text: 'SECRET reason' })
    await bob.editArgument(reason.id, 'SECRET other reason')
    await carol.agree(reason.id)
    await carol.disagree(reason.id)
    await alice.hide('arguments', reason.id)
    await alice.show('arguments', reason.id)
    await bob.deleteArgument(reason.id)
    const { body: comment } = await carol.comment('SECRET comment')
    await carol.editComment(comment.id, 'SECRET other comment')
    await alice.hide('comments', comment.id)
    await alice.show('comments', comment.id)
    await carol.deleteComment(comment.id)
    await carol.vote(lake.id)
    await carol.unvote(lake.id)
    await bob.castBallot([lake.id, park.id])
    await bob.rename('SECRET Robert')
    await alice.hide('ideas', park.id)
    await alice.show('ideas', park.id)
    await alice.merge(park.id, lake.id)
    const { body: list } = await alice.get<{ acts: { id: string }[] }>('/desk/acts')
    await alice.delete(`/desk/acts/${list.acts[0]!.id}`)
    await alice.put(`/ideas/${lake.id}/closure`, { why: 'SECRET why' })
    await alice.delete(`/ideas/${lake.id}/closure`)
    await alice.edit({ title: 'SECRET new title' })
    const { body: aside } = await alice.post<{ id: string }>('/asides', {
      participant: (await bob.me()).body.participant!.id,
      reason: 'other',
      note: 'SECRET note',
    })
    await alice.delete(`/asides/${aside.id}`)
    const { body: entry } = await alice.post<{ id: string }>('/room', {
      ...{ how: 'hands', people: 9, votes: { [lake.id]: 4 } },
      note: 'SECRET note',
    })
    await alice.delete(`/room/${entry.id}`)
    await alice.addIdea({ title: 'SECRET mill', inRoom: { name: 'SECRET Khan' } })
    const { body: made } = await alice.post<MadeInvitations>('/invitations', { invitations: [{ label: 'SECRET' }] })
    await alice.delete(`/invitations/${made.invitations[0]?.id}`)
    await alice.edit({ ideasUntil: new Date(Date.now() + 300).toISOString() })
    await expect.poll(async () => (await alice.snapshot()).body.stages.ideas, { timeout: 15_000 }).toBe('over')
    await bob.leave()
    await alice.deleteIdea(lake.id)
    await alice.close()
    await alice.decide({ ideas: [], statement: 'SECRET decision' })
    await alice.reopen()
    await alice.deleteQuestion()
    await alice.restoreQuestion()

    await expectNoGaps(alice)
    const { body } = await alice.stranger().changes()
    expect(JSON.stringify(body)).not.toMatch(/secret/i)
    // Names are forgotten a day after the close at the earliest: see src/verbs/retention.test.ts.
    const soon = changeTypes.filter((type) => type !== 'question.forgotten')
    expect(new Set(body.changes.map((change) => change.type))).toEqual(new Set(soon))
    for (const change of body.changes) {
      expect(Object.keys(change).sort()).toEqual(['at', 'data', 'hash', 'revision', 'type'])
      expect(change.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      for (const [key, value] of Object.entries(change.data)) {
        const told = [
          'idea',
          'into',
          'argument',
          'comment',
          'participant',
          'aside',
          'entry',
          'byDeadline',
          'decided',
          'inRoom',
        ]
        const isStage = change.type === 'question.advanced'
        const isCounted = change.type === 'invitations.made'
        expect(isStage ? ['ideas', 'votes'] : isCounted ? ['single', 'reusable'] : told).toContain(key)
        if (isCounted) expect(value).toBeTypeOf('number')
        else if (isStage) expect(['later', 'now', 'over']).toContain(value)
        else if (typeof value !== 'boolean') expect(value).toMatch(/^[0-9A-Za-z]{11}$/)
      }
      // Who voted or agreed for what is not in it: participants are named only where they come, go and are renamed.
      if ('participant' in change.data) expect(change.type).toMatch(/^participant\./)
    }
  })

  it('hangs together, and its head is on the page of a closed question alone', async () => {
    const alice = await ask(site.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    const bob = await alice.invite('Bob')
    await bob.vote(lake.id)
    expect((await alice.snapshot()).body.head).toBeNull()
    await alice.close()
    const { body } = await alice.stranger().changes()
    const check = new ChainCheck(alice.questionId)
    expect(body.changes.map((change) => check.take(change))).toEqual(body.changes.map(() => null))
    expect([body.head, (await alice.snapshot()).body.head]).toEqual([check.head, check.head])
  })

  it('is read on from a revision', async () => {
    const alice = await ask(site.url)
    for (let n = 0; n < 9; n++) await alice.edit({ title: `Title ${n}` })
    expect((await alice.changes(4)).body.changes.map((change) => change.revision)).toEqual([5, 6, 7, 8, 9, 10])
    const { head } = (await alice.changes()).body
    const nothing = { question: alice.questionId, changes: [], revision: 10, head }
    expect((await alice.changes(10)).body).toEqual(nothing)
    expect((await alice.changes(9_999_999)).body).toEqual(nothing)
    const { body } = await alice.get<{ changes: { revision: number }[] }>('/changes?since=2&limit=3')
    expect(body.changes.map((change) => change.revision)).toEqual([3, 4, 5])
  })

  it.each([
    ['since=-1', ['since']],
    ['since=yesterday', ['since']],
    ['since=1&since=2', ['since']],
    ['limit=0', ['limit']],
    ['limit=1001', ['limit']],
    ['limit=%zz', ['limit']],
    ['after=1', ['after']],
    ['__proto__=1', ['__proto__']],
    ['constructor=1', ['constructor']],
    ['since[]=1', ['since[]']],
  ])('is not read with ?%s', async (query, paths) => {
    const alice = await ask(site.url)
    expectRefusal(await alice.get(`/changes?${query}`), 'invalid_input', paths)
  })
})

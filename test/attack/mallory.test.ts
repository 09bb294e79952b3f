import { describe, expect, it } from 'vitest'
import { expectNothingStored, expectRefusal, useServer } from '../api/expectations.ts'
import { ask, Person, request } from '../support/api.ts'

const site = useServer()

async function stage() {
  const alice = await ask(site.url)
  const bob = await alice.invite('Bob')
  const idea = (await bob.addIdea({ title: 'At the lake' })).body.id
  const mallory = await alice.invite('Mallory')
  return { alice, bob, mallory, idea }
}

describe('Mallory', () => {
  it('learns nothing from guessing tokens: each wrong one has the same answer', async () => {
    const { alice } = await stage()
    const right = alice.asked.adminToken
    const flipped = (at: number) => right.slice(0, at) + (right[at] === 'A' ? 'B' : 'A') + right.slice(at + 1)
    const guesses = [...right].map((_, at) => flipped(at)).concat('A'.repeat(right.length), right.slice(0, -1))
    await expectNothingStored(alice, async () => {
      const answers = await Promise.all(
        guesses.map((guess) => new Person(site.url, alice.questionId, guess).put('/closure')),
      )
      for (const answer of answers) {
        expectRefusal(answer, 'token_unknown')
        expect(answer.body).toEqual(answers[0]?.body)
      }
    })
  })

  it('gets no more by naming what is not hers to set', async () => {
    const { alice, mallory, idea } = await stage()
    await expectNothingStored(alice, async () => {
      const mine = { id: 'Aaaaaaaaaaa', level: 'account', isOwner: true, network: null, token: 'x'.repeat(32) }
      for (const [name, value] of Object.entries(mine))
        expectRefusal(await alice.stranger().post('/participants', { name: 'M', [name]: value }), 'invalid_input')
      for (const extra of [
        { votes: 1000 },
        { author: 'Bob' },
        { createdAt: '2020-01-01T00:00:00Z' },
        { hidden_at: null },
      ])
        expectRefusal(await mallory.post('/ideas', { title: 'Mine', ...extra }), 'invalid_input')
      for (const vote of [{ value: 100 }, { value: -1 }, { value: 1.5 }, { level: 'account' }, { participant: 'Bob' }])
        expectRefusal(await mallory.put(`/ideas/${idea}/vote`, vote), 'invalid_input')
      expectRefusal(await mallory.put(`/ideas/${idea}/vote`, { value: 2 }), 'votes_per_idea')
      expectRefusal(await mallory.put('/ballot', { votes: { [idea]: 7 } }), 'votes_per_idea')
      expectRefusal(await mallory.patch('', { settings: { votesPerParticipant: null } }), 'owner_only')
    })
    const fields = { adminToken: 'x'.repeat(32), revision: 9, participants: 1000 }
    for (const [name, value] of Object.entries(fields)) {
      const answer = await request('POST', `${site.url}/api/v1/questions`, { title: 'Mine', [name]: value })
      expectRefusal(answer, 'invalid_input')
    }
    expectRefusal(await alice.edit({ revision: 9 } as object), 'invalid_input')
  })

  it('cannot tell what was hidden or deleted from what never was', async () => {
    const { alice, mallory, idea } = await stage()
    const nowhere = 'Zzzzzzzzzzz'
    await alice.hide('ideas', idea)
    for (const ask of [
      (id: string) => mallory.vote(id),
      (id: string) => mallory.voters(id),
      (id: string) => mallory.argue(id, { side: 'pro', text: 'Yes.' }),
    ]) {
      const [hidden, missing] = [await ask(idea), await ask(nowhere)]
      expectRefusal(hidden, 'idea_not_found')
      expect(hidden.body).toEqual(missing.body)
    }
    await alice.deleteQuestion()
    const [deleted, never] = [await alice.stranger().snapshot(), await new Person(site.url, nowhere).snapshot()]
    expectRefusal(deleted, 'question_not_found')
    expect(deleted.body).toEqual(never.body)
    // Not even who took part, or guesses the owner's token, is told more.
    for (const token of [mallory.token, 'x'.repeat(32)])
      expectRefusal(await new Person(site.url, alice.questionId, token).put('/closure'), 'question_not_found')
  })

  it('counts once, however many votes she sends at the same moment', async () => {
    const { alice, mallory, idea } = await stage()
    const answers = await Promise.all(Array.from({ length: 40 }, () => mallory.vote(idea)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect((await alice.snapshot()).body.counts.votes).toBe(1)
  })

  it('cannot be somebody else by a header, and takes no owner’s seat by a cookie that she makes up', async () => {
    const { alice, mallory, idea } = await stage()
    const lies = {
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-user': 'alice',
      forwarded: 'for=::1',
    }
    await expectNothingStored(alice, async () => {
      expectRefusal(await mallory.put('/closure', undefined, lies), 'owner_only')
      const cookie = { cookie: `folkmoot=${alice.asked.adminToken}`, 'sec-fetch-site': 'same-origin' }
      expectRefusal(await alice.stranger().put('/closure', undefined, cookie), 'owner_only')
      // A write that carries a cookie and does not say that it comes from this site.
      const bare = { cookie: cookie.cookie }
      expectRefusal(await alice.stranger().put(`/ideas/${idea}/vote`, {}, bare), 'cross_site')
    })
  })

  it('finds the owner’s token in no Referer: its address is left at once, and told to nobody', async () => {
    const { alice } = await stage()
    const { questionId, asked } = alice
    expect(asked.adminUrl).toMatch(new RegExp(`/q/${questionId}/admin#`))
    const opened = await fetch(`${site.url}/admin/${questionId}/${asked.adminToken}`, { redirect: 'manual' })
    expect(opened.status).toBe(303)
    expect(opened.headers.get('location')).toBe(`/q/${questionId}/admin`)
    expect(opened.headers.get('referrer-policy')).toBe('no-referrer')
    expect(opened.headers.get('cache-control')).toMatch(/no-store/)
    expect(opened.headers.get('set-cookie')).not.toContain(asked.adminToken)
  })

  it('confirms no e-mail address on a server that sends no letters', async () => {
    const alice = await ask(site.url)
    expectRefusal(await alice.stranger().post('/confirmations', { email: 'bob@example.org' }), 'mail_off')
    expectRefusal(await alice.edit({ settings: { vote: 'email' } }), 'setting_not_available')
  })
})

import { describe, expect, it } from 'vitest'
import { participantToken } from '../../src/base/ids.ts'
import { ask, Owner, Person, request } from '../support/api.ts'
import { cookieFrom, expectNothingStored, expectRefusal, fromPage, useServer } from './expectations.ts'

const site = useServer()

/** Asks a question as a browser does: the device that asks keeps a cookie. */
async function askOnDevice() {
  const answer = await request<Owner['asked']>('POST', `${site.url}/api/v1/questions`, { title: 'Lunch?' })
  return { alice: new Owner(site.url, answer.body), cookie: cookieFrom(answer) }
}

describe('the admin link', () => {
  it('lets the device that asked run the question without it', async () => {
    const { alice, cookie } = await askOnDevice()
    const device = alice.stranger()
    expect((await device.get<{ role: string }>('/me', { cookie })).body.role).toBe('owner')
    expect((await device.put('/closure', undefined, fromPage(cookie))).status).toBe(200)
    expect((await device.get<{ role: string }>('/me')).body.role).toBe('stranger')
  })

  it('is replaced: the old one and every other device lose their right at once', async () => {
    const { alice, cookie } = await askOnDevice()
    const { status, body, headers } = await alice.replaceAdminLink()
    expect(status).toBe(201)
    expect(body.adminUrl).toBe(`${site.url}/q/${alice.questionId}/admin#${body.adminToken}`)
    expect(body.adminToken).not.toBe(alice.token)
    expect(headers.get('set-cookie')).toBeNull()

    expectRefusal(await alice.ownerView(), 'token_unknown')
    expectRefusal(await alice.close(), 'token_unknown')
    const device = alice.stranger()
    expect((await device.get<{ role: string }>('/me', { cookie })).body.role).toBe('stranger')
    expectRefusal(await device.put('/closure', undefined, fromPage(cookie)), 'owner_only')
    expect((await new Owner(site.url, alice.asked, body.adminToken).close()).status).toBe(200)
  })

  it('is replaced from a device, which keeps its right while another loses it', async () => {
    const { alice, cookie } = await askOnDevice()
    const device = alice.stranger()
    const { body } = await device.post<{ adminToken: string }>('/admin-link', undefined, fromPage(cookie))
    expectRefusal(await alice.ownerView(), 'token_unknown')
    expect((await device.get('/owner', { cookie })).status).toBe(200)
    expect((await new Owner(site.url, alice.asked, body.adminToken).ownerView()).status).toBe(200)
  })

  it('leaves Mallory, who knows the old one, no way in once it was replaced', async () => {
    const alice = await ask(site.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    await alice.vote(idea.id)
    const { body: link } = await alice.replaceAdminLink()
    const old = alice.token!
    const renewed = new Owner(site.url, alice.asked, link.adminToken)
    const stolen = [old, participantToken(old, alice.questionId)]
    await expectNothingStored(renewed, async () => {
      for (const token of stolen) {
        const bearer = new Owner(site.url, alice.asked, token)
        expectRefusal(await bearer.me(), 'token_unknown')
        expectRefusal(await bearer.ownerView(), 'token_unknown')
        expectRefusal(await bearer.editIdea(idea.id, { title: 'Mine' }), 'token_unknown')
        for (const cookie of [`folkmoot=${token}`, `__Host-folkmoot=${token}`]) {
          const device = alice.stranger()
          expect((await device.get<{ role: string }>('/me', { cookie })).body.role).toBe('stranger')
          expectRefusal(await device.get('/owner', { cookie }), 'owner_only')
          const edit = await device.send('PATCH', `/ideas/${idea.id}`, { title: 'Mine' }, fromPage(cookie))
          expectRefusal(edit, 'participant_needed')
        }
      }
    })
    // What the owner did under the old link stays theirs under the new one.
    expect((await renewed.me()).body).toMatchObject({ role: 'owner', votes: [idea.id], ideas: [idea.id] })
    expect((await renewed.unvote(idea.id)).body.votes).toBe(0)
  })

  it('is worthless in another question, as every token is', async () => {
    const alice = await ask(site.url, { title: 'Lunch?' })
    const other = await ask(site.url, { title: 'Dinner?' })
    const bob = await alice.invite('Bob')
    const { body: idea } = await other.addIdea({ title: 'At the lake' })
    await expectNothingStored(other, async () => {
      for (const token of [alice.token, bob.token]) {
        const mallory = new Owner(site.url, other.asked, token!)
        for (const attempt of [
          mallory.me(),
          mallory.ownerView(),
          mallory.close(),
          mallory.edit({ title: 'Mine' }),
          mallory.addIdea({ title: 'Mine' }),
          mallory.vote(idea.id),
          mallory.deleteIdea(idea.id),
          mallory.leave(),
        ])
          expectRefusal(await attempt, 'token_unknown')
      }
    })
  })

  it.each([
    ['no token', 'Bearer'],
    ['a short one', 'Bearer abc'],
    ['one that is too long', `Bearer ${'a'.repeat(129)}`],
    ['quotes', `Bearer "' or 1=1 --aaaaaaaaaaaaaaaa"`],
    ['two tokens', `Bearer ${'a'.repeat(32)}, Bearer ${'b'.repeat(32)}`],
    ['one nobody has', `Bearer ${'a'.repeat(32)}`],
  ])('is refused when the header holds %s', async (_what, authorization) => {
    const alice = await ask(site.url)
    await expectNothingStored(alice, async () => {
      const stranger = alice.stranger()
      expectRefusal(await stranger.put('/closure', undefined, { authorization }), 'token_unknown')
      expectRefusal(await stranger.get('/me', { authorization }), 'token_unknown')
      expectRefusal(await stranger.post('/comments', { text: 'Hello' }, { authorization }), 'token_unknown')
      expectRefusal(await stranger.post('/participants', { name: 'Mallory' }, { authorization }), 'token_unknown')
    })
  })

  it('that differs in one character is refused', async () => {
    const alice = await ask(site.url)
    const token = alice.token!
    for (const at of [0, 15, 31]) {
      const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expectRefusal(await new Owner(site.url, alice.asked, forged).close(), 'token_unknown')
    }
  })

  it('does not make its cookie out of what Mallory sends as one', async () => {
    const alice = await ask(site.url)
    for (const value of ['', 'short', 'a'.repeat(33), '../../etc/passwd', '%00', '"><script>']) {
      const answer = await alice.stranger().get<{ role: string }>('/me', { cookie: `folkmoot=${value}` })
      expect(answer.status).toBe(200)
      expect(answer.body.role).toBe('stranger')
    }
    const answer = await new Person(site.url, alice.questionId).post(
      '/comments',
      { text: 'Hello' },
      { cookie: 'folkmoot=chosen-by-mallory' },
    )
    expect(answer.status).toBe(201)
    expect(cookieFrom(answer)).toMatch(/^folkmoot=[A-Za-z0-9_-]{32}$/)
    expect(cookieFrom(answer)).not.toContain('mallory')
  })
})

import { describe, expect, it } from 'vitest'
import { expectNothingStored, expectRefusal, fromPage, cookieFrom, useServer } from '../api/expectations.ts'
import { ask, Person, request, type Answer, type Owner } from '../support/api.ts'
import type { InvitationPage, InvitationView, MadeInvitations, NewInvitation } from '../../src/invitation/wire.ts'
import type { Joined } from '../../src/http/doors.ts'

const site = useServer()

const invite = async (alice: Owner, ...invitations: NewInvitation[]): Promise<InvitationView[]> => {
  const { status, body } = await alice.post<MadeInvitations>('/invitations', { invitations })
  expect(status).toBe(201)
  return body.invitations
}
const listed = async (alice: Person, query = '') => (await alice.get<InvitationPage>(`/invitations${query}`)).body
const tokenOf = ({ link }: { link: string | null }) => link?.split('#')[1] ?? ''
const accept = (who: Person, token: string): Promise<Answer<Joined>> => who.put<Joined>('/me/invitation', { token })

/** A vote by invitation only, an idea, and one invitation for one device. */
async function stage() {
  const alice = await ask(site.url, { title: 'Who shall speak for us?', settings: { vote: 'invited' } })
  const idea = (await alice.addIdea({ title: 'Karen' })).body.id
  const [one] = await invite(alice, { label: 'Karen M.', address: 'karen@example.org' })
  return { alice, idea, one: one!, token: tokenOf(one!) }
}

describe('an invitation', () => {
  it('lets one device in, again and again, and its votes are told apart from others', async () => {
    const { alice, idea, token } = await stage()
    expectRefusal(await alice.stranger().vote(idea), 'level_needed')
    const { body } = await accept(alice.stranger(), token)
    const karen = new Person(site.url, alice.questionId, body.token)
    expect((await accept(karen, token)).status).toBe(200)
    expect((await karen.me()).body).toMatchObject({ level: 'invited', invited: true, needed: { vote: null } })
    expect((await karen.vote(idea)).status).toBe(200)
    expectRefusal(await accept(alice.stranger(), token), 'invitation_used')
    expect((await alice.snapshot()).body.counts).toMatchObject({ votes: 1, votesByLevel: { invited: 1 } })
    expect((await listed(alice)).invitations).toMatchObject([{ label: 'Karen M.', uses: 1, most: 1 }])
  })

  it('for many lets in as many as it may, each of whom uses up one place however often they come', async () => {
    const { alice } = await stage()
    const [many] = await invite(alice, { label: 'Class 7b', most: 2 })
    const first = new Person(site.url, alice.questionId, (await accept(alice.stranger(), tokenOf(many!))).body.token)
    for (let n = 0; n < 3; n++) expect((await accept(first, tokenOf(many!))).status).toBe(200)
    expect((await accept(alice.stranger(), tokenOf(many!))).status).toBe(200)
    expectRefusal(await accept(alice.stranger(), tokenOf(many!)), 'invitation_used')
    const [any] = await invite(alice, { most: null })
    for (let n = 0; n < 5; n++) expect((await accept(alice.stranger(), tokenOf(any!))).status).toBe(200)
    expect((await listed(alice, '?limit=1')).invitations).toMatchObject([{ uses: 5, most: null }])
  })

  it('that is revoked lets nobody else in; who came by it stays and votes', async () => {
    const { alice, idea, one, token } = await stage()
    const [many] = await invite(alice, { most: null })
    const karen = new Person(site.url, alice.questionId, (await accept(alice.stranger(), tokenOf(many!))).body.token)
    for (const { id } of [one, many!, many!]) expect((await alice.delete(`/invitations/${id}`)).status).toBe(204)
    for (const spent of [token, tokenOf(many!)])
      expectRefusal(await accept(alice.stranger(), spent), 'invitation_revoked')
    expect((await karen.vote(idea)).status).toBe(200)
    expectRefusal(await alice.delete('/invitations/Zzzzzzzzzzz'), 'invitation_not_found')
    const feed = (await alice.changes()).body.changes.filter(({ type }) => type.startsWith('invitation'))
    expect(feed.map(({ type, data }) => [type, data])).toEqual([
      ['invitations.made', { single: 1, reusable: 0 }],
      ['invitations.made', { single: 0, reusable: 1 }],
      ['invitation.revoked', {}],
      ['invitation.revoked', {}],
    ])
  })

  it('is listed a stretch at a time, newest first, and those that let nobody in any more are left out where asked', async () => {
    const { alice, token } = await stage()
    await invite(alice, ...Array.from({ length: 5 }, (_, n) => ({ label: `Person ${n}` })))
    await accept(alice.stranger(), token)
    const first = await listed(alice, '?limit=3')
    expect(first.invitations.map(({ label }) => label)).toEqual(['Person 4', 'Person 3', 'Person 2'])
    const rest = await listed(alice, `?limit=3&before=${first.next}`)
    expect(rest).toMatchObject({ total: 6, next: null })
    expect(rest.invitations.map(({ label }) => label)).toEqual(['Person 1', 'Person 0', 'Karen M.'])
    expect((await listed(alice, '?unused=true')).invitations).toHaveLength(5)
  })

  it('is made five thousand at a time, and a question has no more than it can have', async () => {
    const { alice } = await stage()
    const many = Array.from({ length: 5_000 }, (_, n) => ({ label: `Person ${n}`, address: `p${n}@example.org` }))
    for (let n = 0; n < 3; n++) expect(await invite(alice, ...many)).toHaveLength(5_000)
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.post('/invitations', { invitations: many }), 'invitations_spent')
      expectRefusal(
        await alice.post('/invitations', { invitations: [...many, { label: 'One more' }] }),
        'invalid_input',
      )
    })
    expect((await listed(alice)).total).toBe(15_001)
  }, 60_000)
})

describe('Mallory and invitations', () => {
  it('learns nothing from guessing: every wrong token has the same answer, also one of another question', async () => {
    const { alice, token } = await stage()
    const other = await stage()
    const flipped = (at: number) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    const guesses = [flipped(0), flipped(31), '', 'A'.repeat(32), token.slice(1), `${token}A`, other.token]
    await expectNothingStored(alice, async () => {
      const answers = await Promise.all(guesses.map((guess) => accept(alice.stranger(), guess)))
      for (const answer of answers) {
        expectRefusal(answer, 'invitation_not_found')
        expect(answer.body).toEqual(answers[0]?.body)
      }
    })
  })

  it('gets one device in by opening one invitation on many at the same moment', async () => {
    const { alice, token } = await stage()
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(alice.stranger(), token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) expectRefusal(answer, 'invitation_used')
  })

  it('gets nobody in by an invitation that is revoked while she opens it', async () => {
    const { alice, one } = await stage()
    const [many] = await invite(alice, { most: null })
    const [revoked, ...answers] = await Promise.all([
      alice.delete(`/invitations/${many!.id}`),
      ...Array.from({ length: 10 }, () => accept(alice.stranger(), tokenOf(many!))),
    ])
    expect(revoked.status).toBe(204)
    const inside = answers.filter(({ status }) => status === 200).length
    expect((await listed(alice)).invitations.find(({ id }) => id === many!.id)?.uses).toBe(inside)
    expectRefusal(await accept(alice.stranger(), tokenOf(many!)), 'invitation_revoked')
    expect(one.revokedAt).toBeNull()
  })

  it('is shown no invitation, nor whom it is for, wherever she looks', async () => {
    const { alice, one, token } = await stage()
    const { body } = await accept(alice.stranger(), token)
    const karen = new Person(site.url, alice.questionId, body.token)
    for (const who of [alice.stranger(), karen]) {
      expectRefusal(await who.get('/invitations'), 'owner_only')
      expectRefusal(await who.post('/invitations', { invitations: [{}] }), 'owner_only')
      expectRefusal(await who.delete(`/invitations/${one.id}`), 'owner_only')
    }
    const page = `${site.url}/q/${alice.questionId}`
    const seen = await Promise.all([
      ...['', '/changes', '/me', '/comments', '/live'].map((path) => karenReads(karen, path)),
      ...[
        page,
        `${page}/me`,
        `${page}/admin/invitations`,
        `${site.url}/i/${alice.questionId}`,
        `${site.url}/metrics`,
      ].map(async (url) => (await fetch(url)).text()),
    ])
    for (const text of [...seen, site.server.output()])
      for (const secret of ['Karen M.', 'karen@example.org', token, one.id]) expect(text).not.toContain(secret)
  })

  it('puts no formula, line end or other field into the table or the head of a letter', async () => {
    const { alice } = await stage()
    const wrong = ['a@b.org\r\nBcc: x@y.org', 'a@b.org, c@d.org', '<a@b.org>', 'a b@c.org', 'nobody', 'a@\u0000b.org']
    for (const address of wrong)
      expectRefusal(await alice.post('/invitations', { invitations: [{ address }] }), 'invalid_input')
    expect(await invite(alice, { label: 'A\r\nBcc: B' })).toMatchObject([{ label: 'A Bcc: B' }])
    expectRefusal(await alice.post('/invitations', { invitations: [{ level: 'account' }] }), 'invalid_input')
    await invite(
      alice,
      { label: '=HYPERLINK("http://evil")' },
      { label: '+1' },
      { label: '@SUM(1)' },
      { label: '-"a",b' },
    )
    const opened = await request('GET', `${site.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
    const cookie = cookieFrom(opened)
    const answer = await fetch(`${site.url}/q/${alice.questionId}/admin/invitations/table`, {
      headers: fromPage(cookie),
    })
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const table = await answer.text()
    expect(table).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(table).toContain(`"'+1"`)
    expect(table).toContain(`"'@SUM(1)"`)
    expect(table).toContain(`"'-""a"",b"`)
    // Every row is one line, and every line one row of five cells.
    for (const line of table.trimEnd().split('\r\n')) expect(line).toMatch(/^("([^"]|"")*"(,|$)){5}$/)
  })

  it('uses nothing up by having the link looked at, as scanners of mail do', async () => {
    const { alice, one } = await stage()
    for (const method of ['GET', 'HEAD'])
      expect((await fetch(one.link!.replace('#', '?token='), { method })).status).toBe(200)
    expect((await listed(alice)).invitations).toMatchObject([{ uses: 0 }])
  })
})

/** What Karen is told; of a stream, what comes until nothing more has come for a while. */
async function karenReads(karen: Person, path: string): Promise<string> {
  const url = `${site.url}/api/v1/questions/${karen.questionId}${path}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${karen.token}` } })
  if (path !== '/live') return await answer.text()
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let told = ''
  for (;;) {
    const next = await Promise.race([reader.read(), new Promise<null>((resolve) => setTimeout(resolve, 500, null))])
    if (!next || next.done) break
    told += next.value
  }
  await reader.cancel()
  return told
}

import { beforeAll, describe, expect, it } from 'vitest'
import { expectRefusal, useServer } from '../api/expectations.ts'
import { ask, request, type Owner, type Person } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'

const site = useServer()
const browser = useBrowser()

/** Ends a tag, an attribute, a title and a text area, and begins a line of a header. */
const hurt = (where: string) =>
  `"'></title></textarea><script>hurt('${where}')</script><img src=x onerror=hurt('${where}')>=1+1`
/** What is left of it where it did not get through as text. */
const raw = /<script>hurt|<img src=x/

let alice: Owner
let mallory: Person
let idea: string
let argument: string
let comment: string

beforeAll(async () => {
  alice = await ask(site.url, { title: hurt('title'), description: hurt('description') })
  mallory = await alice.invite(hurt('name').slice(0, 80))
  idea = (await mallory.addIdea({ title: hurt('idea'), description: hurt('about') })).body.id
  const gone = (await mallory.addIdea({ title: hurt('gone') })).body.id
  argument = (await mallory.argue(idea, { side: 'con', text: hurt('argument') })).body.id
  comment = (await mallory.comment(hurt('comment'))).body.id
  await mallory.vote(idea)
  await mallory.put(`/comments/${comment}/report`, { reason: 'other', text: hurt('report') })
  // The owner's own fields, for who runs a question may be Mallory, too.
  const inRoom = { name: hurt('room').slice(0, 60) }
  await alice.addIdea({ title: hurt('said'), inRoom })
  await alice.argue(idea, { side: 'pro', text: hurt('said'), inRoom })
  await alice.enter({ [idea]: 1 }, hurt('entry'))
  const id = (await mallory.me()).body.participant!.id
  await alice.post('/asides', { participant: id, reason: 'other', note: hurt('aside') })
  await alice.put('/desk/words', { words: [hurt('word').slice(0, 60)] })
  await alice.put(`/ideas/${idea}/closure`, { why: hurt('why') })
  await alice.put(`/ideas/${gone}/hidden`, { reason: 'other', note: hurt('note') })
  await alice.post('/desk/acts', {
    kind: 'argument',
    id: argument,
    act: 'edit',
    text: hurt('edited'),
    note: hurt('note'),
  })
  await alice.close()
  await alice.decide({ ideas: [idea], statement: hurt('statement') })
})

const everyones = () => {
  const q = `/q/${alice.questionId}`
  return [
    q,
    `${q}/ideas/${idea}`,
    `${q}/ideas/${idea}/voters`,
    `${q}/asides`,
    `${q}/room`,
    `${q}/receipt?receipt=${hurt('receipt')}`,
  ]
}
const hers = () => {
  const q = `/q/${alice.questionId}`
  return [
    '',
    '/contributions',
    '/desk',
    '/acts',
    '/decision',
    '/newcomers',
    '/room',
    '/newcomers?name=%22%3E%3Cscript%3Ehurt',
  ].map((path) => `${q}/admin${path}`)
}

describe('a script in every field, the owner’s too', () => {
  it('was stored as the text that it is', async () => {
    const { body } = await alice.snapshot()
    expect(body).toMatchObject({ title: hurt('title'), description: hurt('description') })
    expect(body.ideas[0]).toMatchObject({ title: hurt('idea'), closed: { why: hurt('why') } })
    expect(body.asides[0]?.note).toBe(hurt('aside'))
    expect(body.decision?.statement).toBe(hurt('statement'))
  })

  it('is nothing but text in every page, with script and without, for everyone and for the owner', async () => {
    for (const javaScript of [true, false]) {
      const page = await browser.visit(`${site.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, {
        javaScript,
      })
      for (const path of [...everyones(), ...hers(), `/q/${alice.questionId}/me`]) {
        const answer = await page.goto(site.url + path)
        expect(answer?.status(), path).toBe(200)
        expect(await answer?.text(), path).not.toMatch(raw)
        // Whatever was built of it, by the server or by the script.
        const built = await page.locator('script:not([src]), img[src="x"], [onerror]').count()
        expect(built, path).toBe(0)
      }
    }
  }, 120_000)

  it('comes from the API as JSON that no browser takes for a page, and stands in no header', async () => {
    const paths = ['', '/ballots', '/changes', '/comments', '/asides', `/ideas/${idea}/voters`, '/desk/acts', '/owner']
    for (const path of paths) {
      const { status, headers } = await alice.get(path)
      expect(status, path).toBe(200)
      expect(headers.get('content-type'), path).toMatch(/json/)
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(JSON.stringify([...headers]), path).not.toContain('hurt')
    }
    const { headers } = await alice.get('/ballots')
    expect(headers.get('content-disposition')).toBe(`attachment; filename="ballots-${alice.questionId}.json"`)
  })

  it('is refused where a link is expected, whatever it is written as', async () => {
    const other = await ask(site.url)
    for (const link of [
      "javascript:hurt('link')",
      "JaVaScRiPt:hurt('link')",
      'data:text/html,<script>hurt()</script>',
      'vbscript:hurt',
      'file:///etc/passwd',
    ])
      expectRefusal(await other.addIdea({ title: 'Here', link }), 'link_not_safe')
  })

  it('cannot end a header or begin another one, by a title, a name, or an address that is looked for', async () => {
    const split = 'Lunch?\r\nSet-Cookie: folkmoot=mallory\r\n\r\n<script>hurt()</script>'
    const asked = await request<{ question: { id: string; title: string } }>('POST', `${site.url}/api/v1/questions`, {
      title: split,
    })
    // A title is one line: refused, or the line ends are gone.
    if (asked.status === 201) expect(asked.body.question.title).not.toMatch(/[\r\n]/)
    expect(asked.headers.get('set-cookie') ?? '').not.toContain('mallory')
    for (const path of [
      `/q/${encodeURIComponent(split)}`,
      `/?x=${encodeURIComponent(split)}`,
      `/language?to=${encodeURIComponent(split)}`,
    ]) {
      const answer = await fetch(site.url + path, { redirect: 'manual' })
      expect(answer.headers.get('set-cookie') ?? '', path).not.toContain('mallory')
      expect(answer.headers.get('location') ?? '', path).not.toMatch(/[\r\n]/)
    }
  })
})

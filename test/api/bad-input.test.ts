import { beforeAll, describe, expect, it } from 'vitest'
import { ask, request, type Owner, type Person } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

let alice: Owner
let mallory: Person
let idea: string
let reason: string
let comment: string

beforeAll(async () => {
  alice = await ask(site.url)
  mallory = await alice.invite('Mallory')
  idea = (await mallory.addIdea({ title: 'At the lake' })).body.id
  reason = (await mallory.argue(idea, { side: 'pro', text: 'Water' })).body.id
  comment = (await mallory.comment('Hello')).body.id
})

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Every address that takes a body, with one that it would take and the fields of free text in it. */
function doors(): [who: Person, method: Method, path: string, body: Record<string, unknown>, texts: string[]][] {
  return [
    [alice, 'PATCH', '', { title: 'x', description: 'x' }, ['title', 'description']],
    [alice, 'DELETE', '/closure', { closesAt: null }, []],
    [alice, 'PUT', '/decision', { ideas: [], statement: 'x' }, ['statement']],
    [alice.stranger(), 'POST', '/participants', { name: 'x' }, ['name']],
    [mallory, 'PATCH', '/me', { name: 'x' }, ['name']],
    [mallory, 'DELETE', '/me', { contributions: 'keep' }, []],
    [mallory, 'POST', '/ideas', { title: 'x', description: 'x' }, ['title', 'description']],
    [mallory, 'PATCH', `/ideas/${idea}`, { title: 'x', description: 'x', link: '' }, ['title', 'description']],
    [alice, 'PUT', `/ideas/${idea}/merger`, { into: 'AAAAAAAAAAA' }, []],
    [mallory, 'PUT', `/ideas/${idea}/vote`, { value: 1 }, []],
    [mallory, 'PUT', '/ballot', { votes: {} }, []],
    [mallory, 'POST', `/ideas/${idea}/arguments`, { side: 'pro', text: 'x' }, ['text']],
    [mallory, 'PATCH', `/arguments/${reason}`, { text: 'x' }, ['text']],
    [mallory, 'POST', '/comments', { text: 'x' }, ['text']],
    [mallory, 'PATCH', `/comments/${comment}`, { text: 'x' }, ['text']],
  ]
}

/** Runs an attack on every address that takes a body; none of it may leave a trace. */
async function expectRefusedEverywhere(
  attack: (send: (body: unknown, headers?: Record<string, string>) => ReturnType<Person['send']>) => Promise<void>,
) {
  await expectNothingStored(alice, async () => {
    for (const [who, method, path] of doors()) await attack((body, headers) => who.send(method, path, body, headers))
    await attack((body, headers) => request('POST', `${site.url}/api/v1/questions`, body, headers))
  })
}

describe('every address that takes a body refuses', () => {
  it.each([
    ['half of JSON', '{"title":'],
    ['JSON with a comment', '{"title":"x"/**/}'],
    ['JSON with a comma too many', '{"title":"x",}'],
    ['single quotes', "{'title':'x'}"],
    ['XML', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
    ['a form', 'title=x&text=x'],
    ['NaN', '{"title":NaN}'],
    ['two documents', '{}{}'],
    ['NUL behind it', '{"title":"x"}\u0000'],
    ['__proto__', '{"title":"x","__proto__":{"admin":true}}'],
    ['__proto__ in disguise', '{"title":"x","\\u005f\\u005fproto__":{"admin":true}}'],
    ['__proto__ deep inside', '{"title":{"a":[{"__proto__":{}}]}}'],
    ['constructor.prototype', '{"title":"x","constructor":{"prototype":{"admin":true}}}'],
  ])('%s', async (_what, body) => {
    await expectRefusedEverywhere(async (send) => expectRefusal(await send(body), 'malformed_json'))
  })

  it.each([['[]'], ['"text"'], ['7'], ['true'], ['[{"title":"x"}]']])('%s instead of an object', async (body) => {
    await expectRefusedEverywhere(async (send) => expectRefusal(await send(body), 'invalid_input', ['']))
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json-patch+json',
    'text/html',
    'image/png',
    'application/octet-stream',
    'nonsense',
  ])('content of type %s', async (type) => {
    await expectRefusedEverywhere(async (send) =>
      expectRefusal(await send('{"title":"x","text":"x"}', { 'content-type': type }), 'wrong_content_type'),
    )
  })

  it('more than it could ever need', async () => {
    const body = JSON.stringify({ title: 'x', description: 'x'.repeat(300_000) })
    await expectRefusedEverywhere(async (send) => expectRefusal(await send(body), 'too_large'))
  })

  it('an unknown field, by its name', async () => {
    await expectNothingStored(alice, async () => {
      for (const [who, method, path, body] of doors()) {
        const answer = await who.send(method, path, { ...body, 'isAdmin/~é': true })
        expectRefusal(answer, 'invalid_input', ['isAdmin~1~0é'])
      }
    })
  })

  it('thousands of unknown fields without answering with as many lines', async () => {
    const body = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`f${n}`, 1]))
    await expectRefusedEverywhere(async (send) => {
      const answer = await send(body)
      expectRefusal(answer, 'invalid_input')
      expect(JSON.stringify(answer.body).length).toBeLessThan(20_000)
    })
  })

  it('JSON nested beyond all measure', async () => {
    const deep = '['.repeat(120_000) + ']'.repeat(120_000)
    await expectRefusedEverywhere(async (send) => expectRefusal(await send(deep), 'invalid_input'))
    const objects = '{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000)
    await expectRefusedEverywhere(async (send) => expectRefusal(await send(objects), 'invalid_input'))
  })
})

describe('every field of text', () => {
  it.each([
    ['NUL', '\\u0000', /NUL/],
    ['a bell', '\\u0007', /control character/],
    ['escape sequences for a terminal', '\\u001b[2J', /control character/],
    ['a right-to-left override', '\\u202e', /direction/],
    ['a left-to-right embedding', '\\u202a', /direction/],
    ['half a character', '\\ud83d', /broken/],
    ['the other half', '\\udc00', /broken/],
    ['halves in the wrong order', '\\udc00\\ud83d', /broken/],
  ])('refuses %s and says why', async (_what, escaped, why) => {
    await expectNothingStored(alice, async () => {
      for (const [who, method, path, body, texts] of doors())
        for (const text of texts) {
          const sent = JSON.stringify({ ...body, [text]: 'before@after' }).replace('@', escaped)
          const answer = await who.send(method, path, sent)
          expectRefusal(answer, 'invalid_input', [text])
          expect(answer.problem.errors?.[0]?.message).toMatch(why)
        }
    })
  })

  it('refuses another type', async () => {
    await expectNothingStored(alice, async () => {
      for (const [who, method, path, body, texts] of doors())
        for (const text of texts)
          for (const value of [7, true, [], ['x'], { toString: 'x' }]) {
            const answer = await who.send(method, path, { ...body, [text]: value })
            expectRefusal(answer, 'invalid_input', [text])
          }
    })
  })

  it('takes script, markup, templates and queries as the text they are', async () => {
    const own = await ask(site.url)
    const bob = await own.invite()
    for (const text of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '<svg/onload=alert(1)>',
      '</title></textarea></style><script>alert(1)</script>',
      '{{constructor.constructor("alert(1)")()}} ${7*7} <%= 7*7 %> #{7*7}',
      "'; drop table votes; --",
      '%3Cscript%3E &lt;script&gt; \\u003cscript\\u003e',
      'javascript:alert(1)',
      '\u2066isolated\u2069 \u200fright\u200e left',
    ]) {
      expect((await own.edit({ title: text, description: text })).body).toMatchObject({
        title: text,
        description: text,
      })
      expect((await bob.rename(text)).body.participant?.name).toBe(text)
      const { body: his } = await bob.addIdea({ title: text, description: text })
      expect(his).toMatchObject({ title: text, description: text, author: { name: text } })
      await bob.vote(his.id)
      expect((await bob.argue(his.id, { side: 'con', text })).body.text).toBe(text)
      const commented = await bob.comment(text)
      expect(commented.body.text).toBe(text)
      expect(commented.headers.get('content-type')).toMatch(/^application\/json/)
      expect(commented.headers.get('x-content-type-options')).toBe('nosniff')
      expect((await own.voters(his.id)).body.voters).toEqual([{ name: text }])
    }
  })

  it('is tidied without trying the server’s patience', async () => {
    const own = await ask(site.url)
    const attacks = [
      { title: 'x', description: `a${' '.repeat(9_998)}b` },
      { title: 'x', description: `a${'\t\n'.repeat(4_999)}b` },
      { title: `a${' '.repeat(198)}b`, description: '\u0300'.repeat(10_000) },
      { title: '\ufdfa'.repeat(200), description: '\ufdfa'.repeat(10_000) },
      { title: 'x', description: 'http://'.repeat(1_428) },
    ]
    for (const attack of attacks) {
      const before = performance.now()
      expect((await own.edit(attack)).status).toBe(200)
      expect(performance.now() - before).toBeLessThan(400)
    }
  })
})

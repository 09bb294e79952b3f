import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/snapshot/wire.ts'
import { ask, request } from '../support/api.ts'
import { expectRefusal, useServer } from './expectations.ts'

const site = useServer()
const questions = () => `${site.url}/api/v1/questions`

describe('reading a question', () => {
  it('answers 304 while nothing has changed, and the new view once something has', async () => {
    const alice = await ask(site.url)
    const first = await alice.snapshot()
    const etag = first.headers.get('etag')!
    expect(etag).toBe('W/"1"')
    expect(first.headers.get('vary')).toBe('accept-encoding, authorization, cookie')

    for (const same of [etag, '"1"', `"77", ${etag}`, '*']) {
      const { status, body, headers } = await alice.get('', { 'if-none-match': same })
      expect([same, status, body]).toEqual([same, 304, ''])
      expect(headers.get('etag')).toBe(etag)
      expect(headers.get('cache-control')).toBe(first.headers.get('cache-control'))
      expect(headers.get('vary')).toBe(first.headers.get('vary'))
    }
    for (const other of ['"2"', '1', '"', '""', 'W/"11"']) {
      expect((await alice.get('', { 'if-none-match': other })).status).toBe(200)
    }
    await alice.addIdea({ title: 'At the lake' })
    const { status, headers } = await alice.get('', { 'if-none-match': etag })
    expect(status).toBe(200)
    expect(headers.get('etag')).not.toBe(etag)
  })

  it('comes as small as the client can take it, the same in every coding', async () => {
    const alice = await ask(site.url, { title: 'Where shall we meet?', description: 'Near the station. '.repeat(100) })
    const { body, headers } = await alice.get<Snapshot>('', { 'accept-encoding': 'identity' })
    expect(headers.get('content-encoding')).toBeNull()
    for (const [accepted, coding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
    ] as const) {
      const coded = await alice.get<Snapshot>('', { 'accept-encoding': accepted })
      expect(coded.headers.get('content-encoding')).toBe(coding)
      expect(Number(coded.headers.get('content-length'))).toBeLessThan(600)
      expect(coded.headers.get('etag')).toBe(headers.get('etag'))
      expect(coded.body).toEqual(body)
    }
  })

  it('may be kept by a cache on the way for a moment, but not from who may have written', async () => {
    const alice = await ask(site.url)
    const open = await alice.stranger().snapshot()
    expect(open.headers.get('cache-control')).toBe('public, max-age=1, stale-while-revalidate=10')
    expect(open.headers.get('set-cookie')).toBeNull()
    expect((await alice.snapshot()).headers.get('cache-control')).toBe('private, no-cache')
    const { headers } = await alice.stranger().get('', { cookie: `folkmoot=${'b'.repeat(32)}` })
    expect(headers.get('cache-control')).toBe('private, no-cache')
  })

  it('shows each contribution to whoever reads next, however many write', async () => {
    const alice = await ask(site.url)
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => alice.invite(`Participant ${n}`)))
    await Promise.all(
      people.map(async (person) => {
        for (let n = 1; n <= 5; n++) {
          const { body } = await person.addIdea({ title: `Idea ${n}` })
          const { body: seen } = await person.snapshot()
          expect(seen.ideas.map((idea) => idea.id)).toContain(body.id)
        }
      }),
    )
  })

  it('answers HEAD as GET without a body', async () => {
    const alice = await ask(site.url)
    const response = await fetch(`${questions()}/${alice.questionId}`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(await response.text()).toBe('')
  })

  it('is refused when there is no such question', async () => {
    for (const id of ['AAAAAAAAAAA', 'x', '0', '-1', 'null', '%00', "'%20or%201=1--", '..%2f..%2fetc%2fpasswd'])
      for (const path of [
        '',
        '/me',
        '/me/contributions',
        '/owner',
        '/changes',
        '/comments',
        '/ideas/AAAAAAAAAAA/voters',
      ])
        expectRefusal(await request('GET', `${questions()}/${id}${path}`), 'question_not_found')
  })
})

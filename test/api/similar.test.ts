import { describe, expect, it } from 'vitest'
import type { SimilarIdea } from '../../src/snapshot/wire.ts'
import { ask, type Person } from '../support/api.ts'
import { expectRefusal, useServer } from './expectations.ts'

const site = useServer()
const similar = (to: Person, text: string, more = '') =>
  to.get<{ ideas: SimilarIdea[] }>(`/ideas/similar?text=${encodeURIComponent(text)}${more}`)

describe('looking for similar ideas', () => {
  it('tells anyone those that are like a text, and nothing of votes or names', async () => {
    const alice = await ask(site.url, { title: 'What shall we build?', settings: { results: 'afterClose' } })
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'Ein Spielplatz für alle Kinder' })
    await bob.vote(idea.id)
    const { status, body } = await similar(alice.stranger(), 'spielplatz fur')
    expect(status).toBe(200)
    expect(body).toEqual({ ideas: [{ id: idea.id, title: idea.title, same: false, closed: false }] })
    await alice.put(`/ideas/${idea.id}/closure`, { why: 'Already being built.' })
    expect((await similar(bob, idea.title)).body.ideas).toMatchObject([{ same: true, closed: true }])
    await alice.hide('ideas', idea.id)
    expect((await similar(alice, idea.title)).body.ideas).toEqual([])
  })

  it('answers as many as are asked for, five at first', async () => {
    const alice = await ask(site.url)
    for (let n = 1; n <= 8; n++) await alice.addIdea({ title: `At the lake, place ${n}` })
    expect((await similar(alice, 'At the lake')).body.ideas).toHaveLength(5)
    expect((await similar(alice, 'At the lake', '&limit=7')).body.ideas).toHaveLength(7)
  })

  it('refuses what it cannot look for, and a question that is not there', async () => {
    const alice = await ask(site.url)
    expectRefusal(await alice.get('/ideas/similar'), 'invalid_input', ['text'])
    expectRefusal(await similar(alice, 'x'.repeat(201)), 'invalid_input', ['text'])
    expectRefusal(await similar(alice, 'x', '&limit=21'), 'invalid_input', ['limit'])
    expectRefusal(await alice.get('/ideas/similar?text=x&hidden=1'), 'invalid_input', ['hidden'])
    await alice.deleteQuestion()
    expectRefusal(await similar(alice, 'x'), 'question_not_found')
  })

  it('never stops a program from adding the same idea again', async () => {
    const alice = await ask(site.url)
    for (let n = 0; n < 2; n++) expect((await alice.addIdea({ title: 'At the lake' })).status).toBe(201)
  })
})

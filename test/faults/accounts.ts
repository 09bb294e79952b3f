import { expect } from 'vitest'
import type { Owner } from '../support/api.ts'
import { lookAt, type Actor } from './actor.ts'

/**
 * Everything that was acknowledged to these people is there once, and the sums are right. They must have stopped acting.
 * @param about what to say of it when it is not so
 */
export async function expectAllThere(alice: Owner, actors: Actor[], about: string): Promise<void> {
  const { ideas, texts, voters } = await lookAt(alice)
  const times = new Map<string, number>()
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1)
  for (const [text, count] of times) expect(count, `${about}: “${text}” is there once`).toBe(1)
  let votes = 0
  for (const idea of ideas) {
    const names = voters.get(idea.id) ?? []
    expect(new Set(names).size, `${about}: nobody voted twice for ${idea.title}`).toBe(names.length)
    expect(idea.votes, `${about}: the tally of ${idea.title}`).toBe(names.length)
    votes += names.length
  }
  const { body } = await alice.snapshot()
  expect(body.counts.votes, `${about}: all votes`).toBe(votes)
  expect(body.counts.participants, `${about}: all participants`).toBe(actors.length + 1)
  const byId = new Map(ideas.map((idea) => [idea.id, idea]))
  for (const actor of actors) {
    const { created, votes: cast, edited, agreements } = actor.ledger
    for (const text of created) expect(times.has(text), `${about}: “${text}” is there`).toBe(true)
    for (const [idea, stands] of cast)
      if (!actor.isUnsureOf(idea))
        expect(voters.get(idea)?.includes(actor.name), `${about}: the vote of ${actor.name} for ${idea}`).toBe(stands)
    for (const [idea, description] of edited)
      if (!actor.isUnsureOf(idea)) expect(byId.get(idea)?.description, `${about}: the last edit`).toBe(description)
    const own = (await actor.person.me()).body
    for (const [argument, agrees] of agreements)
      if (!actor.isUnsureOf(argument))
        expect(own.agreements.includes(argument), `${about}: ${actor.name} agrees with ${argument}`).toBe(agrees)
  }
  const feed = await readFeed(alice)
  expect(
    feed.map(({ revision }) => revision),
    `${about}: the feed`,
  ).toEqual(feed.map((_, index) => index + 1))
  expect(feed.length, `${about}: the feed`).toBe(body.revision)
}

/** The whole feed of a question, in order. */
export async function readFeed(alice: Owner): Promise<{ revision: number; type: string }[]> {
  const feed: { revision: number; type: string }[] = []
  for (;;) {
    const { body } = await alice.get<{ changes: { revision: number; type: string }[]; revision: number }>(
      `/changes?limit=1000&since=${feed.at(-1)?.revision ?? 0}`,
    )
    feed.push(...body.changes)
    if (body.changes.length === 0) return feed
  }
}

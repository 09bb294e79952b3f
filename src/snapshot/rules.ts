import type { Settings } from '../question/wire.ts'
import type { IdeaView } from './wire.ts'

/** Every order in which ideas can be read; the question's own is one of the first four. */
export const orders = ['votes', 'newest', 'oldest', 'shuffled', 'discussed'] as const
export type Order = (typeof orders)[number]

/** Whether this is the name of an order. */
export function isOrder(name: string | null): name is Order {
  return orders.some((order) => order === name)
}

/** Who does not take part yet sees shuffled ideas in one of so many orders, of which the pages are kept ready. */
export const sharedOrders = 8

/** In which order ideas stand at first. By votes would tell of votes, so while these are hidden it is a shuffled one. */
export function firstOrder(settings: Pick<Settings, 'order'>, areVotesHidden: boolean): Order {
  return areVotesHidden && settings.order === 'votes' ? 'shuffled' : settings.order
}

/**
 * Ideas in an order. By votes: most first, the earlier idea first on a tie.
 * @param ideas earliest first, or in any order that began so: creation decides ties
 * @param seed of the shuffled order: the same seed gives the same order, and a new idea moves none of the others
 *   relative to each other. The seeds 0 to 7 are the shared orders, see `inSharedOrder`; any other is a person's own
 * @param keyOf tells which of two ideas of one millisecond came first; without it they stay in the order given
 */
export function inOrder<Idea extends IdeaView>(
  ideas: Idea[],
  order: Order,
  seed: string,
  keyOf: (idea: Idea) => number = () => 0,
): Idea[] {
  const earliestFirst = (a: Idea, b: Idea) => compare(a.createdAt, b.createdAt) || keyOf(a) - keyOf(b)
  switch (order) {
    case 'votes':
      return ideas.toSorted((a, b) => (b.votes ?? 0) - (a.votes ?? 0) || earliestFirst(a, b))
    case 'oldest':
      return ideas.toSorted(earliestFirst)
    case 'newest':
      return ideas.toSorted((a, b) => -earliestFirst(a, b))
    case 'discussed':
      return ideas.toSorted((a, b) => discussion(b) - discussion(a) || earliestFirst(a, b))
    case 'shuffled': {
      if (/^\d$/.test(seed) && Number(seed) < sharedOrders) return inSharedOrder(ideas, Number(seed))
      const place = new Map(ideas.map((idea) => [idea.id, shuffleKey(`${seed}:${idea.id}`)]))
      return ideas.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0) || compare(a.id, b.id))
    }
  }
}

/**
 * Ideas in one of the orders that many people share. All are one circle, begun at each of its quarters and read both
 * ways. So over all of them each idea stands as far up as any other on average, and about as often in each part of the
 * page, which as many independent shuffles would not do.
 */
function inSharedOrder<Idea extends { id: string }>(ideas: Idea[], number: number): Idea[] {
  const turn = (number >> 1) * (2 ** 32 / (sharedOrders / 2))
  const place = new Map(ideas.map(({ id }) => [id, (shuffleKey(`shared:${id}`) + turn) % 2 ** 32]))
  const order = ideas.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0) || compare(a.id, b.id))
  return number % 2 === 0 ? order : order.reverse()
}

/** How much an idea is talked about: its arguments and everyone's agreement with them. */
export function discussion(idea: IdeaView): number {
  return weightOf(idea.pros) + weightOf(idea.cons)
}

/** Weight of one side: an argument counts one for its author and one for everyone who agrees with it. */
export function weightOf(reasons: { agreements: number }[]): number {
  return reasons.reduce((sum, reason) => sum + 1 + reason.agreements, 0)
}

/** The place of one idea in the result. */
export interface Place {
  place: number
  /** Whether another idea has as many votes. */
  tied: boolean
}

/** Places by votes, by the ideas' ids: equal votes share a place, and the next one counts them all (1, 2, 2, 4). */
export function placesOf(ideas: Pick<IdeaView, 'id' | 'votes'>[]): Map<string, Place> {
  const tallies = ideas.map((idea) => idea.votes ?? 0).toSorted((a, b) => b - a)
  const places = new Map<number, Place>()
  for (const [index, votes] of tallies.entries())
    if (!places.has(votes)) places.set(votes, { place: index + 1, tied: tallies[index + 1] === votes })
  return new Map(ideas.map(({ id, votes }) => [id, places.get(votes ?? 0) as Place]))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** FNV-1a over UTF-16 units with a final mix (MurmurHash3's): spreads well, and runs the same everywhere. */
function shuffleKey(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

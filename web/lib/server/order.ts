import { createHash } from 'node:crypto'
import type { IdeaView } from '#src/snapshot/wire.ts'

export const orders = ['votes', 'newest', 'oldest', 'discussed', 'shuffled'] as const
export type Order = (typeof orders)[number]

export function isOrder(value: string | null): value is Order {
  return orders.some((order) => order === value)
}

/**
 * Puts ideas in the order that the reader chose. Where the order leaves two alike, the earlier idea comes first.
 * @param seed makes a shuffled order the same again; an idea added later takes its place between the others
 */
export function orderIdeas(ideas: IdeaView[], order: Order, seed: string): IdeaView[] {
  const oldest = ideas.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
  switch (order) {
    case 'votes':
      return oldest.sort((a, b) => b.votes - a.votes)
    case 'newest':
      return oldest.reverse()
    case 'oldest':
      return oldest
    case 'discussed':
      return oldest.sort((a, b) => talkOf(b) - talkOf(a))
    case 'shuffled':
      return oldest
        .map((idea) => ({ idea, drawn: draw(seed, idea.id) }))
        .sort((a, b) => (a.drawn < b.drawn ? -1 : 1))
        .map(({ idea }) => idea)
  }
}

function talkOf(idea: IdeaView): number {
  return idea.pros.length + idea.cons.length
}

function draw(seed: string, id: string): string {
  return createHash('sha256').update(`${seed}/${id}`).digest('hex')
}

/** The place of one idea in the result. */
export interface Place {
  place: number
  /** Whether another idea has as many votes. */
  tied: boolean
}

/** Places by votes. Ideas with as many votes share a place, and the places after it stay free: 1, 1, 3. */
export function placesOf(ideas: { id: string; votes: number }[]): Map<string, Place> {
  return new Map(
    ideas.map(({ id, votes }) => [
      id,
      {
        place: 1 + ideas.filter((other) => other.votes > votes).length,
        tied: ideas.some((other) => other.id !== id && other.votes === votes),
      },
    ]),
  )
}

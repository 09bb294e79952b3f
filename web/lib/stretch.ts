/** How many ideas of a question a page shows at once. */
export const ideasShown = 50
/** How many arguments of a side stand beside an idea; a page of the idea's own has all. */
export const argumentsShown = 12
/** How many rows an owner's list shows at once. */
export const rowsShown = 100

/** A stretch of a longer list, from one place to another; places count from 1. In an empty list, `last` is 0. */
export interface Stretch {
  first: number
  last: number
  total: number
  /** How many places a stretch has; only the last one may have fewer. */
  size: number
}

/** The stretch in which a place lies; a place that is not there is taken for the nearest. */
export function stretchAt(place: number, size: number, total: number): Stretch {
  const near = Math.max(1, Math.min(place, total))
  const first = near - ((near - 1) % size)
  return { first, last: Math.min(first + size - 1, total), total, size }
}

/** The place at which an address asks to begin: the first one when it does not say, or says nonsense. */
export function placeIn(search: URLSearchParams, name = 'from'): number {
  const asked = search.get(name) ?? ''
  return /^\d{1,9}$/.test(asked) ? Number(asked) : 1
}

/** The part of a list that lies in a stretch. */
export function partIn<Row>(list: Row[], { first, last }: Stretch): Row[] {
  return list.slice(first - 1, last)
}

/** Another stretch to go on to. */
export interface Neighbour {
  first: number
  last: number
  rel: 'prev' | 'next' | undefined
}

/** Where one can go on from a stretch: to the first one, the one before, the one after and the last, each once. */
export function neighbours({ first, size, total }: Stretch): Neighbour[] {
  const lastOfAll = stretchAt(total, size, total).first
  const begins = [...new Set([1, first - size, first + size, lastOfAll])]
  return begins
    .filter((begin) => begin >= 1 && begin <= total && begin !== first)
    .map((begin) => ({
      first: begin,
      last: Math.min(begin + size - 1, total),
      rel: begin === first - size ? 'prev' : begin === first + size ? 'next' : undefined,
    }))
}

/** People who began from one network within so long are shown together, in milliseconds. */
export const burstSpan = 10 * 60 * 1000
/** Fewer are not shown, and their votes not set aside together: it would show how each of them voted. */
export const fewest = 5
/** So many at least, and so many times what is usual in the question, is more than usual. */
const [manyAtLeast, timesUsual] = [20, 5]

/** Whether enough of a burst still count to be set aside together. */
export function canBeSetAside({ people, setAside }: { people: number; setAside: number }): boolean {
  return people - setAside >= fewest
}

/** When the span in which a moment lies began. */
export function spanOf(at: number): number {
  return at - (at % burstSpan)
}

/**
 * Whether more began from one network within ten minutes than is usual: twenty at least, and five times as many as began
 * on average from the question's other networks within theirs. A school looks like this too.
 * @param others how many began in all other spans, and in how many of these somebody did
 */
export function isUnusual(people: number, others: { people: number; spans: number }): boolean {
  const usual = others.spans === 0 ? 0 : others.people / others.spans
  return people >= manyAtLeast && people >= timesUsual * usual
}

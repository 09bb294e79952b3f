import { openPool } from './postgres.ts'
import type { RunningClock } from './store.ts'

/** How often the clock is compared with the database's, in milliseconds; and how often it is asked each time. */
const compareEvery = 10_000
const asksEachTime = 5

/**
 * The database's clock, as near as a question and its answer can tell: off by half of the time between them at most. Of
 * several the one that came back soonest is believed, which a busy machine delayed least (RFC 5905, 10: clock filter).
 */
export async function openPostgresClock(url: string): Promise<RunningClock> {
  const pool = openPool(url, 1)
  let ahead = 0
  const compare = async () => {
    let soonest = Infinity
    let found = ahead
    for (let n = 0; n < asksEachTime; n++) {
      // By the clock that nobody sets: what the machine takes the time to be does not matter.
      const asked = performance.now()
      const { rows } = await pool.query<[number]>({
        text: 'select extract(epoch from clock_timestamp()) * 1000',
        rowMode: 'array',
      })
      const answered = performance.now()
      if (answered - asked >= soonest) continue
      soonest = answered - asked
      found = (rows[0]?.[0] ?? 0) - (asked + answered) / 2
    }
    ahead = found
  }
  await compare()
  // While the database is away, nothing is decided by the time, and the clock goes on as it did.
  const timer = setInterval(() => void compare().catch(() => undefined), compareEvery).unref()
  return {
    now: () => Math.floor(performance.now() + ahead),
    async close() {
      clearInterval(timer)
      await pool.end()
    },
  }
}

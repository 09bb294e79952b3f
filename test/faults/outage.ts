import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../../scripts/postgres.ts'
import type { Chance } from './chance.ts'

/** Ends PostgreSQL, in order or as a crash would, lets something happen meanwhile, and starts it again with its data. */
export async function whilePostgresIsAway(
  postgres: Postgres,
  chance: Chance,
  meanwhile: () => Promise<void>,
): Promise<void> {
  await postgres.shutDown(chance.oneOf(['in order', 'crash']))
  await meanwhile()
  await sleep(chance.below(200))
  await postgres.start()
}

import { expect } from 'vitest'
import { whilePostgresIsAway } from '../faults/outage.ts'
import { losesAndDoublesNothing } from './under-faults.ts'

losesAndDoublesNothing('when PostgreSQL is restarted, in order or after a crash', async ({ cluster, crowd }) => {
  const refused = crowd.stage.refused ?? 0
  await whilePostgresIsAway(cluster.postgres, crowd.chance, () =>
    expect.poll(() => crowd.stage.refused, { timeout: 20_000 }).toBeGreaterThan(refused),
  )
})

import { systemClock } from '../base/clock.ts'
import { connect } from '../db/connect.ts'
import type { Core } from '../feed/command.ts'
import { createFeed } from '../feed/follow.ts'
import { readConfig, type ReadConfig } from '../http/config.ts'

/**
 * Gives a command the same data that the server serves, also while it does. What is written here shows up there on
 * the next view.
 */
export async function withCore<Result>(work: (core: Core, config: ReadConfig) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env)
  const store = await connect(config.engine)
  try {
    return await work({ store, clock: systemClock, feed: createFeed(console.error) }, config)
  } finally {
    await store.close()
  }
}

/** Where people reach the server, as far as a command can know. */
export function originFor(config: ReadConfig): string {
  return config.publicUrl ?? `http://${config.host}:${config.port}`
}

import { alwaysGiven } from '../question/levels.ts'
import type { Level } from '../question/wire.ts'
import type { Config } from './config.ts'

/**
 * The levels that a server can give to people, from how it is run. The one place that says so: a question's settings that
 * ask for another are refused, and the owner's page does not offer it.
 */
export function levelsGivenBy({ mail }: Pick<Config, 'mail'>): readonly Level[] {
  return mail === null ? alwaysGiven : [...alwaysGiven, 'email']
}

import { languageKept } from '../base/negotiate.ts'
import { repliesKept } from '../feed/once.ts'
import { restorable } from '../question/rules.ts'
import { scriptCookie } from './caller.ts'
import type { Config } from './config.ts'
import type { PrivacyFacts } from './services.ts'
import { networksKept } from '../verbs/housekeeping.ts'

/** Milliseconds. */
const hour = 60 * 60 * 1000
const day = 24 * hour

/** What this server does with what it learns of people, for the page that tells them. */
export function privacyOf(config: Config): PrivacyFacts {
  return {
    operator: config.operator,
    limited: config.clientLimits !== Infinity,
    networkDays: networksKept / day,
    retentionDays: config.retentionDays,
    mail: config.mail !== null,
    deletedDays: restorable / day,
    repliesHours: repliesKept / hour,
    languageDays: (languageKept * 1000) / day,
    scriptCookie,
  }
}

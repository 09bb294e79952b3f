import type { Once } from '../feed/once.ts'
import type { RefusalCode } from '../base/refusals.ts'
import type { Newcomer } from '../question/rules.ts'
import type { LetterRequest } from './confirmation-doors.ts'
import type { Doors } from './doors.ts'
import type { Asked } from './proofs.ts'

/** What the pages say of a request to those who run the server, so that none of them writes to the log itself. */
export interface Report {
  /** Which page answers, as the pages name their routes: `/q/[id]`. */
  page: (route: string) => void
  /** A rule said no. */
  refused: (code: RefusalCode) => void
  /** Something went wrong that nobody expected. */
  failed: (failure: unknown) => void
}

/** What the pages get from the server they run in, on `event.platform.req.folkmoot`. They import none of it. */
export interface WebServices {
  doors: Doors
  /** Whether the page is made for everyone at once, so that nothing on it may be one visitor's. */
  forEveryone: boolean
  /** This device's secret, from its cookie; null on a device that has none yet. */
  device: string | null
  newDevice: () => string
  /** The one necessary cookie, set when a device first contributes, asks or opens an admin link. */
  cookie: {
    name: string
    options: { path: '/'; httpOnly: true; sameSite: 'lax'; secure: boolean; maxAge: number }
  }
  /** Makes a request one that is carried out once, however often it is sent. See `onceFrom`. */
  once: (key: string, scope: string, body: string) => Once
  /**
   * A key for what a device without a cookie sends from a page without one: the same for the same words sent again within
   * seconds. See `SecondPress`.
   */
  secondPress: (words: string) => string
  /** From where this device would begin to take part, and what it has to prove. See `Newcomers`. */
  newcomers: {
    of: (questionId: string, proof: string | undefined) => Promise<Newcomer> | undefined
    ask: (refusal: unknown, questionId: string, proof: string | undefined) => Promise<Asked | null>
  }
  /** Where people reach this server: PUBLIC_URL, or what the request says. No slash at the end. */
  origin: string
  now: () => number
  privacy: PrivacyFacts
  /** From where this device asks for a letter, and where the link in it leads. */
  letterFrom: () => Promise<LetterRequest>
  report: Report
  /** Room on this server for what is sent and for the answer. They return how to leave, and refuse with overloaded or too_fast; null where none is needed. */
  room: { forBody: () => Promise<() => void> | null; forAnswer: () => Promise<() => void> }
}

/** What the privacy page says, from where it is so. */
export interface PrivacyFacts {
  operator: string | null
  /** Whether anything looks at network addresses. */
  limited: boolean
  /** How long it is kept from which network somebody began to take part. */
  networkDays: number
  retentionDays: number | null
  /** Whether letters are sent. */
  mail: boolean
  /** How long a deleted question can be brought back, answers are kept for retries, and the language is. */
  deletedDays: number
  repliesHours: number
  languageDays: number
  scriptCookie: string
}

declare module 'node:http' {
  interface IncomingMessage {
    folkmoot: WebServices
  }
}

import type { Once } from '../feed/once.ts'
import type { Doors } from './doors.ts'

/** What the pages get from the server they run in, on `event.platform.req.folkmoot`. They import none of it. */
export interface WebServices {
  doors: Doors
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
  /** Where people reach this server: PUBLIC_URL, or what the request says. No slash at the end. */
  origin: string
  now: () => number
}

declare module 'node:http' {
  interface IncomingMessage {
    folkmoot: WebServices
  }
}

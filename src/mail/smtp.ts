import { createTransport } from 'nodemailer'
import type { Letter } from './words.ts'
import { compose } from './words.ts'

/** How letters go out. */
export interface MailSettings {
  /** `smtp:` or `smtps:`, with a user and a password where the mail server wants them. */
  url: string
  /** The sender: an address, or a name and an address. */
  from: { name: string; address: string }
}

/** In milliseconds. All together they are shorter than a letter is one sender's alone. */
const within = { dnsTimeout: 10_000, connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 30_000 }

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/

/** What became of an attempt: sent, refused for good, or worth another one. */
export type Outcome = { sent: true } | { sent: false; forGood: boolean; reason: string }

/**
 * Knows how to hand one letter to the mail server.
 * @returns what became of it. It never throws, and says why in words in which no address is
 */
export function connectMail({ url, from }: MailSettings): (id: string, letter: Letter) => Promise<Outcome> {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (secure ? 465 : 25)),
    secure,
    // A password goes to nobody in the clear, whoever takes the offer of encryption out on the way.
    requireTLS: !secure && username !== '' && !loopback.test(hostname),
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...within,
  })
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  return async (id, letter) => {
    try {
      await transport.sendMail({
        from,
        to: { name: '', address: letter.to },
        // The same at each attempt, so that a mailbox can tell that it has the letter already.
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        ...compose(letter),
      })
      return { sent: true }
    } catch (failure) {
      const { code = 'unknown', responseCode } = failure as { code?: string; responseCode?: number }
      // A server that takes no letters from us at all is one that will be put right.
      const forGood = /^(EENVELOPE|EMESSAGE)$/.test(code) && responseCode !== undefined && responseCode >= 500
      return { sent: false, forGood, reason: responseCode === undefined ? code : `${code} ${responseCode}` }
    }
  }
}

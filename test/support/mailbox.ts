import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** A letter as a mail server was given it. */
export interface Received {
  from: string
  to: string[]
  /** The whole message, headers and all, as it went over the wire. */
  raw: string
  /** The plain text, decoded. */
  text: string
  header: (name: string) => string
}

export interface Mailbox {
  /** What SMTP_URL has to say. */
  readonly url: string
  readonly letters: Received[]
  /** What the server says to the next recipients: 250 to take them, else a refusal with this code. */
  answer: number
  /**
   * The next letter that comes, and nobody has asked for yet.
   * @param to whom; anybody when it is left out. @throws when none has come within some seconds
   */
  next(to?: string): Promise<Received>
  /** Nobody is there any more, until `open`. */
  close(): Promise<void>
  open(): Promise<void>
}

const patience = 15_000

/** A real SMTP server on loopback that keeps what it is given. */
export async function openMailbox(): Promise<Mailbox> {
  let port = 0
  let server: SMTPServer
  const read = new Set<Received>()
  const letters: Received[] = []
  const box: Mailbox = {
    answer: 250,
    letters,
    get url() {
      return `smtp://127.0.0.1:${port}`
    },
    async next(to) {
      const until = Date.now() + patience
      for (;;) {
        const letter = letters.find((one) => !read.has(one) && (to === undefined || one.to.includes(to)))
        if (letter) {
          read.add(letter)
          return letter
        }
        if (Date.now() > until) throw new Error('No letter came.')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    open: () =>
      new Promise<void>((resolve) => {
        server = new SMTPServer({
          authOptional: true,
          disabledCommands: ['STARTTLS', 'AUTH'],
          logger: false,
          onRcptTo(_address, _session, callback) {
            if (box.answer === 250) callback()
            else callback(Object.assign(new Error('Not here.'), { responseCode: box.answer }))
          },
          onData(stream, session, callback) {
            const parts: Buffer[] = []
            stream.on('data', (part: Buffer) => parts.push(part))
            stream.on('end', () => {
              letters.push(readLetter(Buffer.concat(parts).toString('utf8'), session.envelope))
              callback()
            })
          },
        })
        server.listen(port, '127.0.0.1', () => {
          port = (server.server.address() as AddressInfo).port
          resolve()
        })
      }),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
  await box.open()
  return box
}

function readLetter(raw: string, envelope: { mailFrom: unknown; rcptTo: { address: string }[] }): Received {
  const [head = ''] = raw.split('\r\n\r\n', 1)
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ')
  const part = /Content-Type: text\/plain[^]*?\r\n\r\n([^]*?)\r\n--/.exec(raw)
  const coding = /Content-Transfer-Encoding: (\S+)/i.exec(part?.[0] ?? '')?.[1]?.toLowerCase()
  const body = part?.[1] ?? ''
  return {
    from: (envelope.mailFrom as { address: string }).address,
    to: envelope.rcptTo.map(({ address }) => address),
    raw,
    text: coding === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : fromQuotedPrintable(body),
    header: (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? '',
  }
}

function fromQuotedPrintable(body: string): string {
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

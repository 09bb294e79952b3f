import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { Finding } from './finding.ts'

/** How long somebody may take to say who they are, in milliseconds. */
const patience = 5_000

const services = [
  // It greets before it speaks TLS, whatever the address says.
  { variable: 'NATS_URL', what: 'NATS', greeting: /^INFO /, secure: '', port: { plain: 4222, secure: 4222 } },
  {
    variable: 'SMTP_URL',
    what: 'The mail server',
    greeting: /^220[ -]/,
    secure: 'smtps:',
    port: { plain: 25, secure: 465 },
  },
] as const

/** Whether what is configured answers, and is what it should be. Only listens, and logs in nowhere. */
export async function checkReach(env: Record<string, string | undefined>): Promise<Finding[]> {
  const found = await Promise.all(
    services.flatMap(named(env)).map(async ({ text, variable, what, greeting, secure, port }): Promise<Finding[]> => {
      const advice = `Is ${variable} right, does it run, and does a firewall let this machine through?`
      if (!URL.canParse(text)) return [{ check: 'reach', finding: `${variable} is not an address.`, advice }]
      const { protocol, hostname, port: given } = new URL(text)
      const isSecure = protocol === secure
      const at = { host: hostname, port: Number(given || port[isSecure ? 'secure' : 'plain']) }
      const where = `${at.host}:${at.port}`
      try {
        const said = await firstWords(isSecure ? connectSecure(at) : connectPlain(at))
        if (greeting.test(said)) return []
        return [{ check: 'reach', finding: `At ${where} something answers, but not as ${what} would.`, advice }]
      } catch (failure) {
        return [
          { check: 'reach', finding: `${what} cannot be reached at ${where}: ${(failure as Error).message}.`, advice },
        ]
      }
    }),
  )
  return found.flat()
}

/** Each of the addresses that are configured for a service; there may be several, with commas between them. */
const named = (env: Record<string, string | undefined>) => (service: (typeof services)[number]) =>
  (env[service.variable] ?? '')
    .split(',')
    .map((one) => ({ ...service, text: one.trim() }))
    .filter(({ text }) => text !== '')

function firstWords(socket: Socket): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    socket.setTimeout(patience, () => reject(new Error(`it said nothing within ${patience / 1000} s`)))
    socket.once('data', (data: Buffer) => resolve(data.toString('latin1')))
    socket.once('error', (failure: Error & { code?: string }) => reject(new Error(failure.message || failure.code)))
    socket.once('end', () => reject(new Error('it hung up')))
  }).finally(() => socket.destroy())
}

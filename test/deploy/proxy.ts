import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectSecurely } from 'node:tls'
import { freePort } from '../../scripts/postgres.ts'
import { ensureProxy } from '../../scripts/proxies.ts'

/** The name in the files of deploy/, which people reach the server by. */
export const site = 'moot.example.org'

/** How a browser reaches the site through a proxy of the tests: by its name, whose certificate nobody has signed. */
export const asBrowser = { servername: site, rejectUnauthorized: false }

/** How long a proxy may take to be up, in milliseconds. */
const patience = 20_000

export interface Proxy {
  /** Where it ends TLS, without a slash at the end. */
  url: string
  /** Where it sends people on from. */
  plainUrl: string
  stop(): Promise<void>
}

interface Ports {
  http: number
  https: number
}

/** A file that is shipped. */
function shipped(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', '..', 'deploy', name), 'utf8')
}

/** Puts one thing in the place of another. @throws when it is not there: then the test would try something else */
function swap(text: string, from: string | RegExp, to: string): string {
  const swapped = text.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'gm'), to)
  if (swapped === text) throw new Error(`There is no ${from} in what is shipped.`)
  return swapped
}

const kinds = {
  nginx(folder: string, { http, https }: Ports, nodes: string[]) {
    const certificate = join(folder, 'cert.pem')
    const key = join(folder, 'key.pem')
    const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${site}`]
    execFileSync('openssl', ['req', ...made, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
    let conf = shipped('nginx.conf')
    conf = swap(conf, /^ *listen \[::\]:.*\n/, '')
    conf = swap(conf, 'listen 80;', `listen 127.0.0.1:${http};`)
    conf = swap(conf, 'listen 443 ', `listen 127.0.0.1:${https} `)
    conf = swap(conf, /error_log .* crit;/, 'error_log stderr crit;')
    conf = swap(conf, /ssl_certificate .*;/, `ssl_certificate ${certificate};`)
    conf = swap(conf, /ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
    conf = swap(conf, /^ *server 127.0.0.1:3000(.*);/, nodes.map((node) => `server ${node}$1;`).join('\n'))
    writeFileSync(join(folder, 'folkmoot.conf'), conf)
    const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const main = [
      // Its workers would else be nobody, who may not enter this folder.
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      'daemon off; pid nginx.pid; error_log stderr; worker_processes 1;',
      'events { worker_connections 256; }',
      `http { ${kept.map((name) => `${name}_temp_path ${name};`).join(' ')} include folkmoot.conf; }`,
    ]
    writeFileSync(join(folder, 'nginx.conf'), main.join('\n'))
    return { args: ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'], env: {} }
  },

  caddy(folder: string, { http, https }: Ports, nodes: string[]) {
    const settings = [
      `admin off`,
      `http_port ${http}`,
      `https_port ${https}`,
      `default_bind 127.0.0.1`,
      `local_certs`,
      `skip_install_trust`,
      `storage file_system ${folder}`,
    ]
    writeFileSync(join(folder, 'Caddyfile'), `{\n${settings.join('\n')}\n}\n${shipped('Caddyfile')}`)
    return {
      args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
      env: { SITE: site, NODES: nodes.join(' '), HOME: folder },
    }
  },
}

export type Kind = keyof typeof kinds

/** Starts a proxy as it is shipped, but for ports and certificate, in front of servers. @param urls of the servers */
export async function startProxy(kind: Kind, urls: string[]): Promise<Proxy> {
  const program = ensureProxy(kind)
  const folder = mkdtempSync(join(tmpdir(), `folkmoot-${kind}-`))
  const ports = { http: await freePort(), https: await freePort() }
  const nodes = urls.map((url) => new URL(url).host)
  const { args, env } = kinds[kind](folder, ports, nodes)
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const until = performance.now() + patience
  while (!(await listens(ports.http)) || !(await endsTls(ports.https))) {
    if (child.exitCode !== null || performance.now() > until) {
      kill()
      throw new Error(`${kind} did not start. It printed:\n${printed}`)
    }
    await sleep(20)
  }
  return {
    url: `https://127.0.0.1:${ports.https}`,
    plainUrl: `http://127.0.0.1:${ports.http}`,
    async stop() {
      process.off('exit', kill)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(kill, patience)
      await ended
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether it has a certificate already: Caddy listens before. */
function endsTls(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSecurely({ ...asBrowser, port, host: '127.0.0.1' })
    socket.once('secureConnect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
}

export interface Told {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Asks as a browser would that was sent to the site by its name. */
export function visit(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Told> {
  return new Promise((resolve, reject) => {
    const own = { host: site, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) }
    const options = { method, headers: { ...own, ...headers }, agent: false }
    const asked = url.startsWith('https:') ? httpsRequest(url, { ...options, ...asBrowser }) : httpRequest(url, options)
    asked.on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response
        .on('error', reject)
        .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.end(body)
  })
}

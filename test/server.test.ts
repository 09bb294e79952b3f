import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from './support/api.ts'
import { startServer, type TestServer } from './support/server.ts'

describe('the server', () => {
  let server: TestServer
  afterEach(() => server.stop())

  it('answers when it is alive and when it can read and write', async () => {
    server = await startServer()
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })

  it('finishes after SIGTERM and keeps everything over a restart', async () => {
    server = await startServer()
    const alice = await ask(server.url, { title: 'Where shall we meet?' })
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const bob = await alice.invite('Bob')
    await bob.vote(idea.id)

    await server.restart()
    const { body: snapshot } = await bob.snapshot()
    expect(snapshot.ideas).toMatchObject([{ title: 'At the lake', votes: 1, voters: { first: ['Bob'], others: 0 } }])
  })

  it('waits after SIGTERM for who is sending, and not for a connection on which nothing was asked', async () => {
    server = await startServer()
    const { hostname, port } = new URL(server.url)
    const ended: string[] = []
    const open = async (name: string, text: string) => {
      const socket = connect(Number(port), hostname).on('error', () => undefined)
      socket.on('close', () => ended.push(name)).resume()
      await once(socket, 'connect')
      socket.write(text)
    }
    await open('sending', 'POST /api/v1/questions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')
    await open('silent', '')
    await server.stop()
    expect(ended).toEqual(['silent', 'sending'])
  })

  it('keeps every vote that it has acknowledged over a power failure', async () => {
    server = await startServer()
    const alice = await ask(server.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const people = await Promise.all(Array.from({ length: 20 }, () => alice.invite()))
    const votes = await Promise.all(people.map((person) => person.vote(idea.id)))
    expect(votes.map((vote) => vote.status)).toEqual(people.map(() => 200))

    await server.kill()
    await server.start()
    expect((await alice.snapshot()).body.ideas).toMatchObject([{ votes: 20 }])
  })
})

it('says which variable is wrong instead of starting', async () => {
  await expect(startServer({ PORT: 'eighty' })).rejects.toThrow('PORT')
})

it('stops with npm start when npm is told to stop', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'folkmoot-test-'))
  const npm = spawn('npm', ['start'], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  npm.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  await expect.poll(() => printed, { timeout: 30_000 }).toMatch(/listening on \S+/)
  const [, url = ''] = /listening on (\S+)/.exec(printed) ?? []
  expect((await fetch(`${url}/healthz`)).status).toBe(200)

  const exit = once(npm, 'exit')
  npm.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  rmSync(dataDir, { recursive: true })
})

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

import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { startNats, type Nats } from '../../scripts/nats.ts'
import { startPostgres, type Postgres } from '../../scripts/postgres.ts'
import { connectReader } from '../../src/db/connect.ts'
import { findFaults } from '../../src/upkeep/verify.ts'
import { Actor, type Stage } from '../faults/actor.ts'
import { expectAllThere, readFeed } from '../faults/accounts.ts'
import { Chance, seedOfRun } from '../faults/chance.ts'
import { ask, type Owner, type Person } from '../support/api.ts'
import { Listener } from '../support/listener.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** How often each fault comes about; what is promised is shown ten times at least. */
export const rounds = Number(process.env.FAULT_ROUNDS ?? 10)

/** How long somebody waits for an answer before they go to another node, in milliseconds. */
const patience = 6_000

/** Three nodes on one PostgreSQL, which keeps what it acknowledged whatever happens to it, and one NATS. */
export interface Cluster {
  nodes: TestServer[]
  postgres: Postgres
  nats: Nats
  stop(): Promise<void>
}

/** @param also variables that the nodes have besides */
export async function startCluster(also: Record<string, string> = {}): Promise<Cluster> {
  const [postgres, nats] = await Promise.all([startPostgres({ durable: true }), startNats()])
  const env = { DATABASE_URL: postgres.url, NATS_URL: nats.url, ...also }
  // One after the other: starting takes a processor for a while.
  const nodes: TestServer[] = []
  for (let n = 0; n < 3; n++) nodes.push(await startServer(env))
  return {
    nodes,
    postgres,
    nats,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
      await Promise.all([postgres.stop(), nats.stop()])
    },
  }
}

/** People who take part with all their might on every node, and go to another one when theirs does not answer. */
export class Crowd {
  readonly seed = seedOfRun()
  readonly chance = new Chance(this.seed)
  readonly stage: Stage = {
    ideas: [],
    arguments: [],
    answered: 0,
    refused: 0,
    onTrouble: (person) => this.#goElsewhere(person),
  }
  readonly actors: Actor[] = []
  /** How often somebody had to ask again. */
  troubles = 0
  readonly #cluster: Cluster
  #alice: Owner | null = null
  #acting: Promise<void>[] = []
  #isDone = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    // eslint-disable-next-line no-console -- the one way to see it again
    console.log(`FAULT_SEED=${this.seed}`)
  }

  get alice(): Owner {
    if (!this.#alice) throw new Error('Nobody has asked yet.')
    return this.#alice
  }

  /** Alice asks, and so many people begin to take part. */
  async gather(people = 9): Promise<void> {
    const { nodes } = this.#cluster
    this.#alice = await ask(nodes[0]?.url ?? '', { title: 'What did we lose?' })
    this.stage.ideas.push((await this.alice.addIdea({ title: 'The first idea' })).body.id)
    for (let n = 0; n < people; n++) {
      const person = await this.alice.invite(`Person ${n}`)
      person.server = nodes[n % nodes.length]?.url ?? ''
      person.patience = patience
      this.actors.push(new Actor(person, `Person ${n}`, new Chance(this.seed + n + 1), this.stage))
    }
  }

  /** Everyone acts from now on. */
  start(): void {
    this.#isDone = false
    this.#acting = this.actors.map((actor) => actor.act(() => this.#isDone))
  }

  /** Waits until so many more deeds were answered. */
  async goOn(deeds: number): Promise<void> {
    const enough = this.stage.answered + deeds
    // Who fails says so at once.
    const failed = Promise.all(this.#acting).then(() => undefined)
    while (this.stage.answered < enough) await Promise.race([sleep(5), failed])
  }

  /** Everyone ends what they are about, asking again until they are told what became of it. */
  async settle(): Promise<void> {
    this.#isDone = true
    await Promise.all(this.#acting)
    for (const actor of this.actors) if (actor.unsure) await actor.act(() => actor.unsure === null)
  }

  /** Every node shows everything that was acknowledged, once, and the database agrees with itself. */
  async expectNothingLost(about: string): Promise<void> {
    for (const [n, node] of this.#cluster.nodes.entries()) {
      this.alice.server = node.url
      const said = `FAULT_SEED=${this.seed}, ${about}, node ${n}`
      // What another node committed shows within a moment.
      await expect
        .poll(async () => (await this.alice.snapshot()).body.revision, { timeout: 10_000, message: said })
        .toBe(await this.#revision())
      await expectAllThere(this.alice, this.actors, said)
    }
    this.alice.server = this.#cluster.nodes[0]?.url ?? ''
    const db = connectReader({ kind: 'postgres', url: this.#cluster.postgres.url })
    expect(await findFaults(db, () => undefined), about).toEqual([])
    await db.destroy()
  }

  async #revision(): Promise<number> {
    return (await readFeed(this.alice)).length
  }

  async #goElsewhere(person: Person): Promise<void> {
    this.troubles++
    const { nodes } = this.#cluster
    const here = nodes.findIndex((node) => node.url === person.server)
    person.server = nodes[(here + 1 + this.chance.below(nodes.length - 1)) % nodes.length]?.url ?? person.server
    await sleep(50 + this.chance.below(200))
  }
}

/** Somebody who listens all the while, comes back at another node whenever they are cut off, and keeps what they heard. */
export class Follower {
  readonly told: number[] = []
  /** After which revision and up to which they were told to load the question anew, because they had missed too much. */
  readonly #loaded: [after: number, upTo: number][] = []
  readonly #cluster: Cluster
  readonly #questionId: string
  #listener: Listener | null = null
  #last = ''
  #node: number
  #isDone = false
  readonly #listening: Promise<void>

  constructor(cluster: Cluster, questionId: string, node: number) {
    this.#cluster = cluster
    this.#questionId = questionId
    this.#node = node
    this.#listening = this.#listen()
  }

  /** Cuts this one off, as a connection that breaks. */
  cutOff(): void {
    this.#listener?.leave()
  }

  /**
   * Waits until everything up to a revision was heard, and leaves.
   * @param all revisions of changes. @returns those of them that there were to be heard, and those heard
   */
  async heardUpTo(revision: number, all: number[]): Promise<{ due: number[]; told: number[] }> {
    await expect
      .poll(() => Math.max(Number(this.#last), Number(this.#listener?.id ?? 0)), { timeout: 30_000 })
      .toBeGreaterThanOrEqual(revision)
    this.#isDone = true
    this.#listener?.leave()
    await this.#listening
    const due = all.filter((one) => !this.#loaded.some(([after, upTo]) => one > after && one <= upTo))
    return { due, told: this.told }
  }

  async #listen(): Promise<void> {
    while (!this.#isDone) {
      const { nodes } = this.#cluster
      const url = `${nodes[this.#node % nodes.length]?.url ?? ''}/api/v1/questions/${this.#questionId}/live`
      try {
        this.#listener = await Listener.open(url, { 'last-event-id': this.#last === '' ? '0' : this.#last })
      } catch {
        this.#node++
        await sleep(100)
        continue
      }
      await this.#listener.toEnd()
      let known = Number(this.#last)
      for (const { event, data, id } of this.#listener.events) {
        if (event === 'change') this.told.push(Number(data.revision))
        if (event === 'resync') this.#loaded.push([known, Number(data.revision)])
        if (id !== '') known = Number(id)
      }
      if (this.#listener.id !== '') this.#last = this.#listener.id
      this.#node++
    }
  }
}

/** The revisions that a listener is told of one by one. */
export async function toldOneByOne(alice: Owner): Promise<number[]> {
  const feed = await readFeed(alice)
  return feed.filter(({ type }) => !/^vote\.|^participant\.joined$/.test(type)).map(({ revision }) => revision)
}

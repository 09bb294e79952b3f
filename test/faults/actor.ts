import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { ArgumentView, IdeaView } from '../../src/snapshot/wire.ts'
import type { Answer, Owner, Person } from '../support/api.ts'
import type { Chance } from './chance.ts'

/** What one person was told, and what they asked for without being told what became of it. */
export interface Ledger {
  /** Texts of what was created, and of what may have been. Every text is another one. */
  created: Set<string>
  /** By idea: whether this person's vote stands. */
  votes: Map<string, boolean>
  /** By argument. */
  agreements: Map<string, boolean>
  /** Own idea and the description it was given last. */
  edited: Map<string, string>
}

/** One thing that somebody does, in such a way that doing it again does it once. */
interface Deed {
  send: () => Promise<Answer<unknown>>
  /** Enters it once it was acknowledged. */
  enter: (answer: Answer<never>) => void
  /** What is not known while it is under way. */
  about: string[]
}

/** Ideas and arguments that everyone knows of. */
export interface Stage {
  ideas: string[]
  arguments: string[]
  /** How many deeds were answered so far. */
  answered: number
  /** How many were refused because the server can do nothing at this moment; absent where none may be. */
  refused?: number
  /** What somebody does who got no answer, or was refused in that way; they send it again at once where this is left out. */
  onTrouble?: (person: Person) => Promise<void>
}

/** Somebody who takes part with all their might and keeps a ledger of what was acknowledged. */
export class Actor {
  readonly person: Person
  readonly name: string
  readonly ledger: Ledger = { created: new Set(), votes: new Map(), agreements: new Map(), edited: new Map() }
  /** Sent, and not answered because the server was gone or could not say: it is sent again. */
  unsure: Deed | null = null
  readonly #chance: Chance
  readonly #stage: Stage
  readonly #own: string[] = []
  #deeds = 0

  constructor(person: Person, name: string, chance: Chance, stage: Stage) {
    this.person = person
    this.name = name
    this.#chance = chance
    this.#stage = stage
  }

  /** Does one thing after the other until the server is gone. */
  async act(isGone: () => boolean): Promise<void> {
    const stage = this.#stage
    while (!isGone()) {
      const deed = (this.unsure ??= this.#choose())
      let answer: Answer<unknown>
      try {
        answer = await deed.send()
      } catch {
        // A connection that the last server left behind breaks, too; only when it is gone there is no use in going on.
        await (stage.onTrouble?.(this.person) ?? turn())
        continue
      }
      if (answer.status === 503 && stage.refused !== undefined) {
        // Whether it was stored is not known: it is sent again until there is an answer.
        if (!answer.headers.has('retry-after')) throw new Error(`${this.name} was not told when to come back.`)
        stage.refused++
        await (stage.onTrouble?.(this.person) ?? sleep(5))
        continue
      }
      // A server that stood still while this was on its way has not read it.
      if (answer.status === 408) continue
      if (answer.status >= 300) throw new Error(`${this.name} was answered ${JSON.stringify(answer.body)}`)
      this.unsure = null
      stage.answered++
      deed.enter(answer as Answer<never>)
    }
  }

  /** Whether this person may not know yet how something stands. */
  isUnsureOf(subject: string): boolean {
    return this.unsure?.about.includes(subject) ?? false
  }

  #choose(): Deed {
    const chance = this.#chance
    const stage = this.#stage
    const text = `${this.name} says ${++this.#deeds}`
    const { person, ledger } = this
    // The key is of the deed, so that sending it again is the same request.
    const key = { 'idempotency-key': `${this.name.replace(' ', '-')}-${this.#deeds}` }
    const creating = (path: string, body: object, known: (id: string) => void): Deed => ({
      send: () => person.post(path, body, key),
      enter: (answer: Answer<{ id: string }>) => {
        ledger.created.add(text)
        known(answer.body.id)
      },
      about: [text],
    })
    const idea = chance.oneOf(stage.ideas)
    const roll = chance.below(20)
    if (roll < 2)
      return creating('/ideas', { title: text }, (id) => {
        stage.ideas.push(id)
        this.#own.push(id)
      })
    if (roll < 4)
      return creating(`/ideas/${idea}/arguments`, { side: chance.oneOf(['pro', 'con']), text }, (id) =>
        stage.arguments.push(id),
      )
    if (roll < 6) return creating('/comments', { text }, () => undefined)
    if (roll < 8 && this.#own.length > 0) {
      const own = chance.oneOf(this.#own)
      return {
        send: () => person.editIdea(own, { description: text }),
        enter: () => ledger.edited.set(own, text),
        about: [own],
      }
    }
    if (roll < 11 && stage.arguments.length > 0) {
      const argument = chance.oneOf(stage.arguments)
      const agrees = chance.next() < 0.7
      return {
        send: () => (agrees ? person.agree(argument) : person.disagree(argument)),
        enter: () => ledger.agreements.set(argument, agrees),
        about: [argument],
      }
    }
    if (roll < 12) {
      const chosen = new Set(stage.ideas.filter(() => chance.next() < 0.3))
      return {
        send: () => person.castBallot([...chosen]),
        enter: () => {
          for (const each of [...ledger.votes.keys(), ...chosen]) ledger.votes.set(each, chosen.has(each))
        },
        about: [...ledger.votes.keys(), ...chosen],
      }
    }
    const stands = chance.next() < 0.7
    return {
      send: () => (stands ? person.vote(idea) : person.unvote(idea)),
      enter: () => ledger.votes.set(idea, stands),
      about: [idea],
    }
  }
}

/** What anyone sees of a question in full. */
export interface Seen {
  ideas: IdeaView[]
  /** Every text that somebody wrote, as often as it is there. */
  texts: string[]
  /** Names of the voters of each idea. */
  voters: Map<string, string[]>
}

export async function lookAt(alice: Owner): Promise<Seen> {
  const { body } = await alice.snapshot()
  const voters = new Map<string, string[]>()
  for (const idea of body.ideas) {
    const names: string[] = []
    for (let after: string | null = null; ;) {
      const { body: page } = await alice.voters(idea.id, `?limit=500${after === null ? '' : `&after=${after}`}`)
      names.push(...page.voters.map((voter) => voter.name ?? ''))
      after = page.next
      if (after === null) break
    }
    voters.set(idea.id, names)
  }
  const comments: string[] = []
  for (let before = ''; ;) {
    const { body: page } = await alice.comments(`?limit=200${before}`)
    comments.push(...page.comments.map((comment) => comment.text))
    if (page.comments.length < 200) break
    before = `&before=${page.comments[0]?.id ?? ''}`
  }
  const said = body.ideas.flatMap((idea: IdeaView) => [...idea.pros, ...idea.cons].map((one: ArgumentView) => one.text))
  return { ideas: body.ideas, voters, texts: [...body.ideas.map((idea) => idea.title), ...said, ...comments] }
}

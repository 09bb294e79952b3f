import { writePart } from './support/document.ts'
import { kept } from './support/measured.ts'

// node bench/model.ts: what an evening with very many people takes, from what the bench measured; prints the tables of
// docs/scale.md. --write puts them there.

/** What the bench measured: processor time in microseconds. */
const measured = kept()

/** From docs/performance.md as well, in bytes: a page, a change to a listener, and a listener's memory. */
const sizes = { page: 10_629, telling: 282, listener: 17_000 }

/** What nobody measured: how people behave, and what the machines are like. */
const assumed = {
  /** Seconds of the evening, and how many times the mean come in the minute after it was on television. */
  evening: 4 * 3600,
  peak: 10,
  /** What one person does, all of it within the minute in which they come. */
  each: { views: 3, overlays: 2, votes: 5 },
  /** Seconds that one has the page open. */
  stays: 600,
  questions: 1_000,
  /** How full a node's processor may be, of which pages that are made anew and listeners that are told get these shares. */
  full: 0.9,
  /** As src/http/ready-cache.ts and src/live/hub.ts have them. */
  making: 0.25,
  telling: 0.25,
  /** Tellings a second and question: at the most (src/live/hub.ts), and as few as people may be given. */
  tellings: 10,
  atLeast: 1,
  /** PostgreSQL's machine: processors and how full they may be, and bytes a second that its disk takes. */
  store: { processors: 16, full: 0.6, disk: 200e6 },
  /** Votes in a batch at the most (src/vote/queue.ts), its statements, and seconds that each is on its way. */
  batch: { votes: 500, statements: 10, trip: 0.0005 },
  /** Messages that NATS hands out in a second, and bits that one machine sends. */
  messages: 700_000,
  network: 10e9,
} as const

type Spread = 'one' | 'many'
const said = { one: 'one question', many: '1,000 questions' } as const

/** What comes together in the fullest minute of an evening with so many people. */
export function peakOf(people: number, spread: Spread) {
  const { evening, each, peak, stays, questions, tellings } = assumed
  const mean = people / evening
  const arrivals = mean * peak
  const votes = arrivals * each.votes
  return {
    arrivals,
    votes,
    views: arrivals * each.views,
    overlays: arrivals * each.overlays,
    listeners: mean * stays + (arrivals - mean) * 60,
    /** Tellings a second that each listener gets. */
    tellings: Math.min(tellings, spread === 'one' ? votes : votes / questions),
  }
}

/** What that takes. Nodes are Infinity where each would be busy with hearing of the others alone. */
export function needs(people: number, spread: Spread, { cdn = false, hearsAll = true } = {}) {
  const { views, overlays, votes, listeners, tellings: wanted } = peakOf(people, spread)
  const { full, making, telling } = assumed
  const vote = measured.vote[spread]
  const viewing = cdn ? 0 : views * measured.view.node
  const work = (viewing + overlays * measured.overlay.node + votes * vote.node) / 1e6
  const left = full - making - telling - (hearsAll ? hearing(people, spread) : 0)
  // One telling a second to everyone, in processors.
  const once = (listeners * measured.telling.node) / 1e6
  const nodes = left > 0 ? Math.max(1, Math.ceil(work / left), Math.ceil((once * assumed.atLeast) / telling)) : Infinity
  const tellings = Math.min(wanted, (telling * nodes) / once)
  return {
    processors: work,
    nodes,
    tellings,
    store: (votes * vote.store + overlays * measured.overlay.store) / 1e6,
    log: votes * (vote.log ?? 0),
    bits: 8 * (views * sizes.page + listeners * tellings * sizes.telling),
  }
}

/** Share of a node's processor that goes into hearing of what the other nodes commit. */
function hearing(people: number, spread: Spread): number {
  return (peakOf(people, spread).votes * measured.hearing.node) / 1e6
}

/** Votes a second that one question takes: batches wait for each other at its row, and for PostgreSQL. */
export function hottest(): number {
  const { votes, statements, trip } = assumed.batch
  return votes / (statements * trip + (votes * measured.vote.one.store) / 1e6)
}

/** The most people for whom something still holds. */
function most(holds: (people: number) => boolean): number {
  let [least, greatest] = [1, 1e12]
  for (let n = 0; n < 60; n++) {
    const middle = Math.sqrt(least * greatest)
    if (holds(middle)) least = middle
    else greatest = middle
  }
  return least
}

/** Three digits at the most are worth saying: everything here is a model. */
function say(value: number): string {
  if (!Number.isFinite(value)) return 'not as it is'
  const digits = value >= 100 ? 2 : value >= 1 ? 3 : 2
  return Number(value.toPrecision(digits)).toLocaleString('en', { maximumFractionDigits: 2 })
}

function table(columns: string[], rows: string[][]): string {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const evenings = [1e6, 10e6, 100e6]
const spreads = ['one', 'many'] as const

/** The tables of docs/scale.md. */
export function tables(): string {
  const { vote, overlay } = measured
  const costs = table(
    ['what', 'a node', 'PostgreSQL', 'besides'],
    [
      ['a page or snapshot that is ready', `${say(measured.view.node)} µs`, '', `${say(sizes.page)} bytes`],
      ['an overlay', `${say(overlay.node)} µs`, `${say(overlay.store)} µs`, ''],
      ...spreads.map((spread) => [
        `a vote, ${said[spread]}`,
        `${say(vote[spread].node)} µs`,
        `${say(vote[spread].store)} µs`,
        `${say(vote[spread].log ?? 0)} bytes of log`,
      ]),
      ['hearing of a vote on another node', `${say(measured.hearing.node)} µs`, '', ''],
      ['telling a listener of a change', `${say(measured.telling.node)} µs`, '', `${say(sizes.telling)} bytes`],
      ['a listener', `${say(sizes.listener / 1e3)} KB of memory`, '', ''],
    ],
  )
  const peaks = table(
    ['people in the evening', 'come each second', 'page views/s', 'votes/s', 'listeners at once'],
    evenings.map((people) => {
      const { arrivals, views, votes, listeners } = peakOf(people, 'one')
      return [people, arrivals, views, votes, listeners].map(say)
    }),
  )
  const parts = table(
    [
      ...['people in the evening', 'who vote on', 'processors of all nodes, without telling', 'nodes'],
      ...[
        'nodes behind a CDN',
        'the same, each hearing of its own questions alone (**not built**)',
        'tellings a second',
        'processors of PostgreSQL',
        'log, MB/s',
      ],
    ],
    evenings.flatMap((people) =>
      spreads.map((spread) => {
        const { processors, nodes, tellings, store, log } = needs(people, spread)
        const behind = needs(people, spread, { cdn: true }).nodes
        const own = needs(people, spread, { cdn: true, hearsAll: spread === 'one' }).nodes
        return [
          say(people),
          said[spread],
          ...[processors, nodes, behind, own, Number.isFinite(nodes) ? tellings : Infinity, store, log / 1e6].map(say),
        ]
      }),
    ),
  )
  return [costs, peaks, parts, bounds()].join('\n\n')
}

/** Where each part is full, in the fullest minute, and what is added then. */
function bounds(): string {
  const { full, making, telling, store, messages, network } = assumed
  const notBuilt = '**not built**: '
  return table(
    ['part', 'full at so many people', 'what is added then'],
    [
      ['one node, one question', say(most((people) => needs(people, 'one').nodes <= 1)), 'nodes'],
      ['one node, 1,000 questions', say(most((people) => needs(people, 'many').nodes <= 1)), 'nodes'],
      [
        `what one machine sends (${network / 1e9} Gbit/s), one question`,
        say(most((people) => needs(people, 'one').bits < network)),
        'nodes on several machines; a CDN for pages and snapshots of who has no cookie',
      ],
      [
        'hearing of all votes takes half of what is left to a node',
        say(most((people) => hearing(people, 'many') < (full - making - telling) / 2)),
        `${notBuilt}a subject for each question on NATS, and nodes that listen only to what they serve`,
      ],
      [
        `NATS: ${messages.toLocaleString('en')} messages/s to all nodes, 1,000 questions`,
        say(
          most((people) => {
            const { nodes } = needs(people, 'many')
            return peakOf(people, 'many').votes * nodes < messages
          }),
        ),
        'the same',
      ],
      [
        `PostgreSQL with ${store.processors} processors, 1,000 questions`,
        say(most((people) => needs(people, 'many').store < store.processors * store.full)),
        'a larger machine; Citus or another PostgreSQL that spreads questions over machines',
      ],
      [
        `PostgreSQL's log (${store.disk / 1e6} MB/s), 1,000 questions`,
        say(most((people) => needs(people, 'many').log < store.disk)),
        'the same',
      ],
      [
        `the one question on which everyone votes (${say(hottest())} votes/s)`,
        say(most((people) => peakOf(people, 'one').votes < hottest())),
        `${notBuilt}its votes and tallies in several parts, each with a lock of its own, added up for the snapshot`,
      ],
    ],
  )
}

if (import.meta.main) {
  if (process.argv.includes('--write')) await writePart('scale.md', 'model', tables())
  else console.log(tables())
}

import { parseArgs } from 'node:util'
import { buildWhenNeeded } from '../scripts/build.ts'
import { measureBrowser } from './rows/browser.ts'
import { measureBurst } from './rows/burst.ts'
import { measureEngines } from './rows/engines.ts'
import { measureFlow, measurePace } from './rows/flow.ts'
import { measureImport } from './rows/import.ts'
import { measureLive } from './rows/live.ts'
import { measureStart } from './rows/start.ts'
import { measureMisses, measureViews } from './rows/views.ts'
import { measureMillion, measureVotes } from './rows/votes.ts'
import { soak } from './soak.ts'
import { writePart } from './support/document.ts'
import { describeMachine } from './support/machine.ts'
import { cleanUp, pinLoad, shareCores } from './support/processes.ts'
import { printProfiles, profiling } from './support/profile.ts'
import type { Group, Row, Scale } from './support/row.ts'
import { tableOf } from './support/table.ts'

// npm run bench: how close each road is to what the platform allows, as a table in docs/performance.md.
//   --quick        everything once and tiny, in under a minute: whether it counts right, not how fast it is
//   --only a,b     some groups, printed and not written down
//   --launches n   other than five; likewise only printed
//   --keep         writes down what bench/model.ts takes, as the whole bench does too; only after `engines`
//   --cpu-prof     with a profile of the server; prints where its time goes
//   --soak n       nothing of all this, but a mixed load for so many minutes: whether memory stays as it is;
//                  --engine sqlite or postgres, --rate requests a second, --listeners open pages

const groups: Group[] = [
  { name: 'votes', measure: measureVotes },
  { name: 'million', measure: measureMillion },
  { name: 'views', measure: measureViews },
  { name: 'misses', measure: measureMisses },
  { name: 'live', measure: measureLive },
  { name: 'flow', measure: measureFlow },
  { name: 'pace', measure: measurePace },
  { name: 'start', measure: measureStart },
  { name: 'browser', measure: measureBrowser },
  { name: 'import', measure: measureImport },
  { name: 'burst', measure: measureBurst },
  { name: 'engines', measure: measureEngines },
]

const full: Scale = {
  ...{ launches: 5, rounds: 3, seconds: 1, warmUp: 1.5, connections: 64 },
  ...{ people: 200_000, questions: 1_000, votesThere: 1_000_000 },
  ...{ listeners: 10_000, watchers: 2_000, changes: 5, settle: 1_000 },
  ...{ ideas: 1_000, misses: 20, bursts: 10, burst: 10_000, taps: 10 },
}
const tiny: Scale = {
  ...{ launches: 1, rounds: 1, seconds: 0.3, warmUp: 0.1, connections: 16 },
  ...{ people: 2_000, questions: 20, votesThere: 5_000 },
  ...{ listeners: 200, watchers: 50, changes: 1, settle: 100 },
  ...{ ideas: 60, misses: 1, bursts: 1, burst: 300, taps: 1 },
}

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    launches: { type: 'string' },
    keep: { type: 'boolean', default: false },
    'cpu-prof': { type: 'boolean', default: false },
    soak: { type: 'string' },
    engine: { type: 'string', default: 'sqlite' },
    rate: { type: 'string', default: '500' },
    listeners: { type: 'string', default: '300' },
  },
})
const only = asked.only?.split(',') ?? groups.map((group) => group.name)
const unknown = only.filter((name) => !groups.some((group) => group.name === name))
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}; there are ${groups.map((group) => group.name).join(', ')}.`)
  process.exit(1)
}

await buildWhenNeeded()
// How fast does not matter then, and what starts soon is done soon.
if (asked.quick) shareCores()
pinLoad()
if (asked.soak !== undefined) {
  const isWell = await soak(Number(asked.soak), asked.engine, Number(asked.rate), Number(asked.listeners))
  cleanUp()
  process.exit(isWell ? 0 : 1)
}
const size = asked.quick ? tiny : full
const scale = { ...size, launches: Number(asked.launches ?? size.launches) }
const machine = await describeMachine()
for (const line of machine) console.log(line)
const isWhole = !asked.quick && asked.only === undefined && asked.launches === undefined
const rows: Row[] = []
let failed = false
for (const { name, measure } of groups) {
  if (!only.includes(name)) continue
  const begun = performance.now()
  const profile = asked['cpu-prof'] ? await profiling() : null
  try {
    const measured = await measure(scale, { nodeFlags: profile?.nodeFlags ?? [], isKept: isWhole || asked.keep })
    rows.push(...measured)
    console.log(`\n${name}, ${((performance.now() - begun) / 1000).toFixed(0)} s\n${tableOf(measured)}`)
    if (profile) printProfiles(profile.folder)
  } catch (failure) {
    // What was counted wrong, or could not be measured, does not keep the rest from being measured.
    failed = true
    console.error(`\n${name} failed:`, failure)
  }
  cleanUp()
}

if (isWhole && !failed) await writeDown()
process.exit(failed ? 1 : 0)

/** Puts the table into docs/performance.md, between its two marks; what is said around it stays. */
async function writeDown(): Promise<void> {
  const written = [
    `Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}; processes started ${scale.launches} times, speeds measured ${scale.rounds} times after each start, in turn with their floors.`,
    machine.map((line) => `- ${line}`).join('\n'),
    tableOf(rows),
  ].join('\n\n')
  await writePart('performance.md', 'bench', written)
}

#!/usr/bin/env node
// Recounts a question from its ballot file, with nothing but Node's own library.
// node recount.mjs FILE [--head HASH] [--receipt RECEIPT]
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : (process.argv[at + 1] ?? '').toLowerCase()
}
const flaws = []
const expect = (isTrue, flaw) => isTrue || flaws.push(flaw)
const file = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8'))
if (file.format !== 'folkmoot-ballots' || file.version !== 1) throw new Error('This is not a ballot file that I know.')

// Count every vote of every ballot anew, and with them what the owner entered for people in the room.
const counted = new Map(file.ideas.map((idea) => [idea.id, 0]))
const levels = {}
const add = (where, idea, votes, level) => {
  expect(counted.has(idea), `${where} votes for ${idea}, which is not an idea here.`)
  counted.set(idea, (counted.get(idea) ?? 0) + votes)
  levels[level] = (levels[level] ?? 0) + votes
}
const { votesPerParticipant: limit, votesPerIdea: each = 1 } = file.question
for (const [n, { votes, values = {} }] of file.ballots.entries()) {
  const counts = Object.keys(votes).map((idea) => values[idea] ?? 1)
  const sum = counts.reduce((all, one) => all + (Number.isInteger(one) && one > 0 && one <= each ? one : NaN), 0)
  expect(sum > 0 && sum <= (limit ?? Infinity), `Ballot ${n + 1} has votes that nobody had, or none: ${counts}.`)
  for (const [idea, level] of Object.entries(votes)) add(`Ballot ${n + 1}`, idea, values[idea] ?? 1, level)
}
for (const [n, { people, votes }] of (file.room ?? []).entries())
  for (const [idea, count] of Object.entries(votes)) {
    expect(count > 0 && count <= people, `Entry ${n + 1} of the room has ${count} votes of ${people} people.`)
    add(`Entry ${n + 1} of the room`, idea, count, 'in the room')
  }

// Compare with what the file says was counted.
const votes = [...counted.values()].reduce((sum, n) => sum + n, 0)
for (const { id, title, votes } of file.ideas)
  expect(counted.get(id) === votes, `“${title}” is said to have ${votes} votes, and has ${counted.get(id)}.`)
const { length } = file.ballots
for (const [what, is] of Object.entries({ ballots: length, votes, votesInRoom: levels['in the room'] ?? 0 }))
  expect(is === (file.totals[what] ?? 0), `There are said to be ${file.totals[what]} ${what}, and there are ${is}.`)
// Each ballot has a receipt of its own; where names are hidden they stand apart.
const receipts = file.receipts ?? file.ballots.map((ballot) => ballot.receipt)
expect(receipts.length === length, `There are ${receipts.length} receipts for ${length} ballots.`)
expect(new Set(receipts).size === length && receipts.every((one) => /^[0-9a-f]{64}$/.test(one)), 'A receipt is missing, or there twice.') // prettier-ignore
const head = option('head')
expect(head === null || head === file.feed.head, `The head of the feed is ${file.feed.head} here, not ${head}.`)

console.log(`${file.question.title}\n${length} ballots, ${votes} votes`, levels)
for (const { id, title } of file.ideas) console.log(String(counted.get(id)).padStart(9), title)
const receipt = option('receipt')?.replace(/[^0-9a-f]/g, '')
const at = receipt === undefined ? -1 : receipts.indexOf(createHash('sha256').update(receipt).digest('hex'))
expect(receipt === undefined || at >= 0, 'This receipt is of no ballot in this file.')
const { votes: chosen = '', values = '' } = file.ballots[file.receipts ? -1 : at] ?? {}
if (at >= 0) console.log('Your ballot is counted.', chosen, values)
console.log(flaws.length === 0 ? 'The count is right.' : flaws.join('\n'))
process.exitCode = flaws.length === 0 ? 0 : 1

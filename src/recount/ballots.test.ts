import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { exportFrom, importInto, play, step } from '../../test/support/played.ts'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import type { BallotFile } from './file.ts'
import { readReceipt, receiptHash, Receipts, spellReceipt } from './receipt.ts'
import { verify } from './verify.ts'

const hashOf = (receipt: string) => receiptHash(readReceipt(receipt) ?? '')
const script = join(import.meta.dirname, 'recount.mjs')

describe.each(engines)('the ballot file on $engine', ({ open }) => {
  let test: TestCore
  let folder: string
  beforeEach(async () => {
    test = await open()
    folder = mkdtempSync(join(tmpdir(), 'folkmoot-recount-'))
  })
  afterEach(async () => {
    await test.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const textOf = async (q: string, of = test) => (await Array.fromAsync((await of.doors.ballots(q)).pieces())).join('')
  const fileOf = async (q: string, of = test) => JSON.parse(await textOf(q, of)) as BallotFile
  const recount = (file: BallotFile, ...options: string[]) => {
    const path = join(folder, 'ballots.json')
    writeFileSync(path, JSON.stringify(file))
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, path, ...options], { encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }

  it('comes to what the page counts, whatever people have done, and is the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { q, owner } = await play(test, steps.filter(({ verb }) => verb !== 'remove')) // prettier-ignore
        await test.doors.close(owner, q)
        const [file, snapshot] = [await fileOf(q), await test.doors.snapshot(q)]
        expect(recount(file)).toEqual({ status: 0, said: expect.stringContaining('The count is right.') as string })
        expect(file.ideas).toEqual(
          snapshot.ideas.map(({ id, title, votes, votesInRoom }) => ({ id, title, votes, votesInRoom })),
        )
        expect(file.totals.votes).toBe(snapshot.counts.votes)
        expect(file.feed).toEqual({ revision: snapshot.revision, head: snapshot.head })
        expect(await textOf(q)).toBe(await textOf(q))
      }),
      { numRuns: process.env.CI ? 15 : 5 },
    )
  }, 120_000)

  describe('of a question with votes', () => {
    let q: string
    let owner: Caller
    let people: Caller[]
    let ideas: string[]
    beforeEach(async () => {
      const asked = await test.doors.ask(person('Alice'), { title: 'Where shall we meet?' })
      q = asked.question.id
      owner = { bearer: asked.adminToken, device: '' }
      people = Array.from({ length: 20 }, (_, n) => person(`SECRET ${n}`))
      ideas = []
      for (const title of ['At the lake', 'In the hut', 'In the barn'])
        ideas.push((await test.doors.addIdea(owner, q, { title })).id)
      for (const [n, one] of people.entries()) {
        await test.doors.vote(one, q, ideas[n % 3]!)
        if (n % 2 === 0) await test.doors.vote(one, q, ideas[(n + 1) % 3]!)
        test.time.now += 1_000
      }
    })

    it('is refused while the question is open, and so is what a receipt would find', async () => {
      await expect(test.doors.ballots(q)).rejects.toMatchObject({ code: 'question_not_closed' })
      const receipt = await test.doors.receipt(people[0]!, q)
      await expect(test.doors.findBallot(q, receipt)).rejects.toMatchObject({ code: 'question_not_closed' })
    })

    it('has no names, no times and no ids of people, and does not stand in the order of voting', async () => {
      await test.doors.close(owner, q)
      const { closedAt } = await test.doors.snapshot(q)
      const text = (await textOf(q)).replace(`"closedAt":"${closedAt}"`, '')
      expect(text).not.toMatch(/SECRET|Alice|20\d\d-\d\d-\d\d/)
      const feed = (await test.doors.changes(q, {})).changes
      for (const { data } of feed) if (data.participant !== undefined) expect(text).not.toContain(data.participant)
      const receipts = await Promise.all(people.map((one) => test.doors.receipt(one, q)))
      const order = (await fileOf(q)).ballots.map(({ receipt }) => receipt)
      expect(order).toHaveLength(20)
      expect(order).not.toEqual(receipts.map(hashOf))
      expect(new Set(order)).toEqual(new Set(receipts.map(hashOf)))
      // Nobody else's receipt can be told from the file.
      for (const receipt of receipts) expect(text).not.toContain(readReceipt(receipt))
    })

    it('lets each find their own ballot by a receipt that stays the same, also on another server', async () => {
      const before = await Promise.all(people.map((one) => test.doors.receipt(one, q)))
      expect(new Set(before).size).toBe(20)
      await test.doors.close(owner, q)
      await test.doors.leave(people[3]!, q, { contributions: 'keep' })
      const path = join(folder, 'all.folkmoot')
      await exportFrom(test, path)
      const other = await engines[0]!.open()
      try {
        await importInto(other, path)
        other.time.now = test.time.now
        expect(await textOf(q, other)).toBe(await textOf(q))
        for (const [n, receipt] of before.entries()) {
          if (n !== 3) expect(await other.doors.receipt(people[n]!, q)).toBe(receipt)
          const found = await other.doors.findBallot(q, ` ${receipt.toUpperCase()}\n`)
          const voted = n % 2 === 0 ? [ideas[n % 3], ideas[(n + 1) % 3]] : [ideas[n % 3]]
          expect(new Set(found?.votes?.map(({ idea }) => idea))).toEqual(new Set(voted))
        }
      } finally {
        await other.close()
      }
      expect(recount(await fileOf(q), '--receipt', before[4]!).said).toContain('Your ballot is counted.')
      const changed = before[4]!.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
      expect(await test.doors.findBallot(q, changed)).toBeNull()
      expect(await test.doors.findBallot(q, 'not a receipt')).toBeNull()
      expect(recount(await fileOf(q), '--receipt', changed)).toMatchObject({
        status: 1,
        said: expect.stringContaining('This receipt is of no ballot in this file.') as string,
      })
      await expect(test.doors.receipt(person(), q)).rejects.toMatchObject({ code: 'participant_needed' })
    })

    it('counts neither what is hidden nor twice what was merged', async () => {
      await test.doors.mergeIdea(owner, q, ideas[1]!, { into: ideas[0]! })
      await test.doors.close(owner, q)
      await test.doors.hideIdea(owner, q, ideas[2]!)
      const [file, snapshot] = [await fileOf(q), await test.doors.snapshot(q)]
      expect(file.ideas).toMatchObject([{ id: ideas[0], title: 'At the lake', votes: snapshot.counts.votes }])
      expect(recount(file).status).toBe(0)
      // Who voted for the hidden idea alone has no ballot that counts.
      expect(await test.doors.findBallot(q, await test.doors.receipt(people[5]!, q))).toBeNull()
    })

    it('counts what was entered for people in the room, idea by idea, and tells it apart', async () => {
      await test.doors.enter(owner, q, { how: 'paper', people: 9, votes: { [ideas[0]!]: 4, [ideas[1]!]: 7, [ideas[2]!]: 2 } }) // prettier-ignore
      const gone = await test.doors.enter(owner, q, { how: 'hands', people: 3, votes: { [ideas[0]!]: 3 } })
      await test.doors.withdrawEntry(owner, q, gone.id)
      await test.doors.mergeIdea(owner, q, ideas[1]!, { into: ideas[0]! })
      await test.doors.hideIdea(owner, q, ideas[2]!)
      await test.doors.close(owner, q)
      const [file, snapshot] = [await fileOf(q), await test.doors.snapshot(q)]
      expect(file.room).toEqual([{ how: 'paper', people: 9, votes: { [ideas[0]!]: 9 } }])
      expect(file.totals).toMatchObject({ votes: snapshot.counts.votes, votesInRoom: 9 })
      const { status, said } = recount(file)
      expect([status, said]).toEqual([0, expect.stringContaining("'in the room': 9")])
      expect(verify([JSON.stringify(file)]).flaws).toEqual([])
      const forgeries: ((file: BallotFile) => unknown)[] = [
        (forged) => (forged.totals.votesInRoom = 8),
        (forged) => forged.room!.pop(),
        (forged) => forged.room![0]!.people--,
        (forged) => (forged.room![0]!.votes.aaaaaaaaaaa = 1),
        (forged) => forged.room![0]!.votes[ideas[0]!]!--,
      ]
      for (const forge of forgeries) {
        const forged = structuredClone(file)
        forge(forged)
        expect(recount(forged).status).toBe(1)
        expect(verify([JSON.stringify(forged)]).flaws).not.toEqual([])
      }
    })

    it('is found wanting when anything in it was forged', async () => {
      await test.doors.close(owner, q)
      const file = await fileOf(q)
      const other = ideas.find((idea) => !(idea in file.ballots[0]!.votes))!
      const forgeries: [string, (file: BallotFile) => unknown][] = [
        ['is said to have', (forged) => forged.ideas[0]!.votes++],
        ['are said to be', (forged) => forged.totals.votes++],
        ['are said to be', (forged) => forged.totals.ballots--],
        ['is said to have', (forged) => (forged.ballots[0]!.votes[other] = 'open')],
        ['are said to be', (forged) => forged.ballots.pop()],
        ['there twice', (forged) => (forged.ballots[1]!.receipt = forged.ballots[0]!.receipt!)],
        ['is missing', (forged) => delete forged.ballots[1]!.receipt],
        ['which is not an idea here', (forged) => (forged.ballots[0]!.votes.aaaaaaaaaaa = 'open')],
        ['has votes that nobody had', (forged) => (forged.question.votesPerParticipant = 1)],
        ['or none: .', (forged) => (forged.ballots[0]!.votes = {})],
      ]
      for (const [said, forge] of forgeries) {
        const forged = structuredClone(file)
        forge(forged)
        expect(recount(forged)).toEqual({ status: 1, said: expect.stringContaining(said) as string })
      }
      expect(recount(file, '--head', file.feed.head!).status).toBe(0)
      expect(recount(file, '--head', '0'.repeat(64)).said).toContain('The head of the feed is')
    })

    it('is right where several votes on one idea were allowed, and finds one that has more', async () => {
      const { id } = await loadQuestion(test.core.store.read, q)
      const settings = test.core.store.write.updateTable('questions').set({ settings: '{"votesPerIdea":3}' })
      await settings.where('id', '=', id).execute()
      const shown = (await test.doors.snapshot(q)).ideas
      const idea = shown[0]!
      await test.doors.vote(people[0]!, q, idea.id, 3)
      await test.doors.close(owner, q)
      const file = await fileOf(q)
      expect(recount(file).said).toContain('The count is right.')
      expect(verify([JSON.stringify(file)]).flaws).toEqual([])
      const ballot = file.ballots.findIndex(({ values }) => values?.[idea.id] === 3)
      for (const value of [4, 0, 1.5, '2']) {
        const forged = structuredClone(file)
        ;(forged.ballots[ballot]!.values as Record<string, unknown>)[idea.id] = value
        expect(recount(forged).said).toContain('votes that nobody had')
        expect(verify([JSON.stringify(forged)]).flaws.join()).toContain('which nobody could')
      }
    })

    it('lists receipts apart from ballots where names are hidden, so that none can be shown to anyone', async () => {
      const receipts = await Promise.all(people.map((one) => test.doors.receipt(one, q)))
      const { id, receipt_key } = await loadQuestion(test.core.store.read, q)
      const hidden = test.core.store.write.updateTable('questions').set({ settings: '{"names":"hidden"}' })
      await hidden.where('id', '=', id).execute()
      await test.doors.close(owner, q)
      const file = await fileOf(q)
      expect(new Set(file.receipts)).toEqual(new Set(receipts.map(hashOf)))
      for (const ballot of file.ballots) expect(Object.keys(ballot)).toEqual(['votes'])
      expect(await test.doors.findBallot(q, receipts[0]!)).toEqual({ setAside: null, votes: null })
      const { status, said } = recount(file, '--receipt', receipts[0]!)
      expect(status).toBe(0)
      expect(said).toMatch(/Your ballot is counted\.\s+The count is right\./)
      // One receipt more than there are ballots, or one ballot more.
      expect(recount({ ...file, receipts: file.receipts!.slice(1) }).said).toContain('19 receipts for 20 ballots')
      // Who sees the order of the receipts has not seen that of the ballots.
      const byReceipt = receipts.map((one) => file.receipts!.indexOf(hashOf(one)))
      const key = new Receipts(receipt_key!)
      const places = receipts.map((one) => key.placeOf(key.participantOf(readReceipt(one)!)!))
      const byBallot = places.map((place) => places.filter((other) => other < place).length)
      expect(byBallot).not.toEqual(byReceipt)
    })

    it('breaks off rather than mixing two counts, where something changes while it is written', async () => {
      await test.doors.close(owner, q)
      const pieces = (await test.doors.ballots(q)).pieces()
      await pieces.next()
      await test.doors.hideIdea(owner, q, ideas[2]!)
      await expect(Array.fromAsync(pieces)).rejects.toMatchObject({ code: 'overloaded' })
    })

    it('is named anew when something has changed', async () => {
      await test.doors.close(owner, q)
      const { tag } = await test.doors.ballots(q)
      expect((await test.doors.ballots(q)).tag).toBe(tag)
      await test.doors.reopen(owner, q, {})
      await test.doors.unvote(people[0]!, q, ideas[0]!)
      await test.doors.close(owner, q)
      expect((await test.doors.ballots(q)).tag).not.toBe(tag)
    })
  })
})

describe('the script', () => {
  it('is short enough to be read, and needs no package', () => {
    const text = readFileSync(script, 'utf8')
    expect(text.split('\n').length - 1).toBeLessThan(60)
    expect([...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from)).toEqual(['node:crypto', 'node:fs'])
  })

  it('says what it takes', () => {
    expect(() => execFileSync(process.execPath, [script], { input: '{}', stdio: 'pipe' })).toThrow(/not a ballot file/)
  })
})

describe('a receipt', () => {
  it('is read however it was copied', () => {
    const receipt = '0123456789abcdef0123456789abcdef'
    const spelled = '0123-4567-89ab-cdef-0123-4567-89ab-cdef'
    expect(spellReceipt(receipt)).toBe(spelled)
    for (const text of [
      receipt,
      spelled,
      ` ${spelled.toUpperCase()} `,
      spelled.replaceAll('0', 'O'),
      spelled.replaceAll('1', 'l'),
    ])
      expect(readReceipt(text)).toBe(receipt)
    for (const text of ['', receipt.slice(1), `${receipt}0`, receipt.replace('a', 'x')])
      expect(readReceipt(text)).toBeNull()
  })
})

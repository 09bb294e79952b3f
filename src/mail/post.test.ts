import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines, type TestCore } from '../../test/support/core.ts'
import { openMailbox, type Mailbox } from '../../test/support/mailbox.ts'
import { storeLetter } from '../letter/outbox.ts'
import { perAddress, waitingAtMost } from '../letter/rules.ts'
import { keepPost } from './post.ts'
import { Sealing } from './sealed.ts'
import { connectMail } from './smtp.ts'
import type { Letter } from './words.ts'

const sealing = new Sealing('k'.repeat(43))
const letterTo = (to: string, language = 'en'): Letter => ({
  to,
  language,
  kind: 'confirm',
  origin: 'https://moot.example.org',
  path: '/confirm#token',
})

describe.each(engines)('letters on $engine', ({ open }) => {
  let test: TestCore
  let mailbox: Mailbox
  let said: string[]
  const posts: ReturnType<typeof keepPost>[] = []

  beforeAll(async () => {
    mailbox = await openMailbox()
  })
  beforeEach(async () => {
    test = await open()
    mailbox.answer = 250
    said = []
  })
  afterEach(async () => {
    await Promise.all(posts.splice(0).map((post) => post.stop()))
    await test.close()
  })
  afterAll(() => mailbox.close())

  const write = (to: string, network: string | null = null, limit = 3) =>
    test.core.store.write
      .transaction()
      .execute((trx) =>
        storeLetter(trx, sealing.letter(letterTo(to), network === null ? null : { network, limit }), test.time.now),
      )
  const begin = () => {
    const from = { name: 'Town Moot', address: 'moot@example.org' }
    const post = keepPost(test.house.verbs, sealing, connectMail({ url: mailbox.url, from }), (sentence) =>
      said.push(sentence),
    )
    posts.push(post)
    return post
  }
  const until = (condition: () => boolean) => expect.poll(condition, { timeout: 15_000 }).toBe(true)
  const rows = () => test.core.store.read.selectFrom('letters').selectAll().execute()

  it('are sent once, in words that nobody else wrote, and are not readable where they wait', async () => {
    await write('bob@example.org')
    expect(JSON.stringify(await rows())).not.toContain('bob')
    expect(Buffer.from((await rows())[0]!.sealed).toString('latin1')).not.toContain('bob')
    const post = begin()
    const letter = await mailbox.next()
    expect(letter).toMatchObject({ from: 'moot@example.org', to: ['bob@example.org'] })
    expect(letter.header('From')).toBe('Town Moot <moot@example.org>')
    expect(letter.header('Subject')).toContain('moot.example.org')
    expect(letter.text).toContain('https://moot.example.org/confirm#token')
    await until(() => post.counts.sent === 1)
    test.time.now += 60 * 60 * 1000
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(mailbox.letters.filter(({ to }) => to.includes('bob@example.org'))).toHaveLength(1)
    expect(said).toEqual([])
  })

  it('outlast a mail server that is down, and another node that stops', async () => {
    await mailbox.close()
    await write('carol@example.org')
    const first = begin()
    await until(() => first.counts.postponed === 1)
    await first.stop()
    await mailbox.open()
    const second = begin()
    test.time.now += 60_000
    expect((await mailbox.next()).to).toEqual(['carol@example.org'])
    await until(() => second.counts.sent === 1)
    expect(said.join()).toMatch(/could not be sent: E[A-Z]+$/m)
    expect(said.join()).not.toContain('carol')
  })

  it('are tried with longer and longer pauses, and given up after a day', async () => {
    mailbox.answer = 451
    await write('dora@example.org')
    const post = begin()
    const tries: number[] = []
    while (post.counts.given_up === 0 && tries.length < 100) {
      const { postponed } = post.counts
      await until(() => post.counts.postponed > postponed || post.counts.given_up > 0)
      const next = (await rows())[0]?.next_at
      if (next == null) break
      tries.push(next - test.time.now)
      test.time.now = next
      if (tries.length === 8) test.time.now += 23 * 60 * 60 * 1000
    }
    expect(tries.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * 60_000))
    expect(post.counts).toMatchObject({ sent: 0, given_up: 1 })
    await test.house.verbs.tidyUp(null)
  }, 60_000)

  it('are given up at once where the mail server says that there is no such mailbox', async () => {
    mailbox.answer = 550
    await write('nobody@example.org')
    const post = begin()
    await until(() => post.counts.refused === 1)
    expect((await rows())[0]?.next_at).toBeNull()
  })

  it('are taken by one sender alone, of as many as there are', async () => {
    for (let n = 0; n < 4; n++) await write(`erin${n}@example.org`)
    const taken = await Promise.all(Array.from({ length: 4 }, () => test.house.verbs.takeLetters(4)))
    const ids = taken.flat().map(({ id }) => id)
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(4)
    // Who took them is gone without a word.
    test.time.now += 10 * 60 * 1000
    expect(await test.house.verbs.takeLetters(10)).toHaveLength(4)
  })

  it('do not flood an address, and who asks for them is not told that others did', async () => {
    for (let n = 0; n < perAddress.hour + 3; n++) await write(n % 2 ? 'frank@example.org' : 'Frank+moot@example.org')
    expect((await rows()).filter(({ next_at }) => next_at !== null)).toHaveLength(perAddress.hour)
    test.time.now += 60 * 60 * 1000
    await write('frank@example.org')
    expect((await rows()).filter(({ next_at }) => next_at !== null)).toHaveLength(perAddress.hour + 1)
  })

  it('are refused to a network that asked for too many, and forgotten after a day', async () => {
    for (let n = 0; n < 3; n++) await write(`gina${n}@example.org`, 'a school')
    await expect(write('gina@example.org', 'a school')).rejects.toMatchObject({ code: 'letters_spent' })
    await write('gina@example.org', 'another school')
    test.time.now += 25 * 60 * 60 * 1000
    await test.house.verbs.tidyUp(null)
    expect(await rows()).toEqual([])
  })

  it('are refused while too many wait', async () => {
    const waiting = (n: number) => ({
      id: `letter ${n}`,
      to_hash: new Uint8Array(),
      network: null,
      created_at: test.time.now,
      next_at: test.time.now,
      attempts: 0,
      sealed: new Uint8Array([1]),
    })
    for (let n = 0; n < waitingAtMost; n += 1_000)
      await test.core.store.write
        .insertInto('letters')
        .values(Array.from({ length: 1_000 }, (_, more) => waiting(n + more)))
        .execute()
    await expect(write('hanna@example.org')).rejects.toMatchObject({ code: 'mail_full' })
    await test.house.verbs.settleLetter('letter 0')
    await write('hanna@example.org')
  })

  it('that were sealed with another key are given up, and said so', async () => {
    await test.core.store.write
      .transaction()
      .execute((trx) =>
        storeLetter(trx, new Sealing('other'.repeat(9)).letter(letterTo('bob@example.org'), null), test.time.now),
      )
    const post = begin()
    await until(() => post.counts.given_up === 1)
    expect(said).toEqual(['a letter was sealed with another key'])
  })
})

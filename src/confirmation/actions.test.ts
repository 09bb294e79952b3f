import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import type { Refusal } from '../base/refusals.ts'
import { createDoors, type Doors } from '../http/doors.ts'
import { Sealing } from '../mail/sealed.ts'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { findFaults } from '../upkeep/verify.ts'
import { createVerbs } from '../verbs/verbs.ts'

const sealing = new Sealing('k'.repeat(43))
const request = { origin: 'https://moot.example.org', from: null }
const day = 24 * 60 * 60 * 1000

describe.each(engines)('confirming an address on $engine', ({ open }) => {
  let test: TestCore
  let doors: Doors
  let alice: Caller
  let q: string
  let lake: string
  let pond: string

  beforeEach(async () => {
    test = await open()
    const levels = ['open', 'email', 'invited'] as const
    const verbs = createVerbs({ ...test.core, levels })
    doors = createDoors({ ...test.house, verbs, levels }, undefined, undefined, { sealing })
    alice = person('Alice')
    const settings = { vote: 'email', results: 'always' } as const
    q = (await doors.ask(alice, { title: 'Where shall we meet?', settings })).question.id
    lake = (await doors.addIdea(alice, q, { title: 'At the lake' }, null)).id
    pond = (await doors.addIdea(alice, q, { title: 'By the pond' }, null)).id
  })
  afterEach(() => test.close())

  /** Asks for a letter, and reads the key in it. */
  async function letterFor(caller: Caller, email: string) {
    const { number } = await doors.askConfirmation(caller, q, { email }, request)
    const row = await test.core.store.read
      .selectFrom('letters')
      .selectAll()
      .where('created_at', '=', test.time.now)
      .execute()
    const letters = row.map(({ id, sealed }) => sealing.open(id, Buffer.from(sealed)))
    test.time.now += 1
    const [letter] = letters
    expect(letter).toMatchObject({ kind: 'confirm', language: 'en', origin: request.origin })
    return { number, key: letter!.path.split('/').at(-1) ?? '', to: letter!.to }
  }

  async function confirmed(caller: Caller, email: string) {
    const { key } = await letterFor(caller, email)
    return await doors.confirm(caller, q, key, {})
  }

  it('lets somebody vote who could not before, and votes carry the level', async () => {
    const bob = person('Bob')
    await expect(doors.vote(bob, q, lake)).rejects.toMatchObject({ code: 'level_needed', facts: { level: 'email' } })
    const { key, to } = await letterFor(bob, ' Bob@Example.org ')
    expect(to).toBe('Bob@example.org')
    expect(await doors.confirmable(bob, q, key)).toMatchObject({ here: true, name: null })
    await expect(doors.vote(bob, q, lake)).rejects.toMatchObject({ code: 'level_needed' })
    expect(await doors.confirm(bob, q, key, {})).toEqual({ moved: false })
    expect((await doors.vote(bob, q, lake)).votes).toBe(1)
    expect(await doors.ownConfirmation(bob, q)).toEqual({ confirmed: true, asked: null })
    const votes = await test.core.store.read
      .selectFrom('votes')
      .select('level')
      .where('question_id', '=', (await loadQuestion(test.core.store.read, q)).id)
      .execute()
    expect(votes).toEqual([{ level: 'email' }])
  })

  it('takes a link once, for a day, on its own question, and only the newest', async () => {
    const bob = person('Bob')
    const first = await letterFor(bob, 'bob@example.org')
    const second = await letterFor(bob, 'bob@example.org')
    const unknown = { code: 'confirmation_unknown' }
    await expect(doors.confirm(bob, q, first.key, {})).rejects.toMatchObject(unknown)
    const other = (await doors.ask(alice, { title: 'When?', settings: { vote: 'email' } })).question.id
    await expect(doors.confirm(bob, other, second.key, {})).rejects.toMatchObject(unknown)
    await doors.confirm(bob, q, second.key, {})
    await expect(doors.confirm(bob, q, second.key, {})).rejects.toMatchObject(unknown)

    const carol = person('Carol')
    const late = await letterFor(carol, 'carol@example.org')
    test.time.now += day
    await expect(doors.confirmable(carol, q, late.key)).rejects.toMatchObject(unknown)
    await expect(doors.confirm(carol, q, late.key, {})).rejects.toMatchObject(unknown)
    await test.house.verbs.tidyUp(null)
    expect(await test.core.store.read.selectFrom('letters').select('id').execute()).toEqual([])
  })

  it('confirms the device that asked, from another one only with the number that it shows', async () => {
    const [bob, phone] = [person('Bob'), person()]
    const { number, key } = await letterFor(bob, 'bob@example.org')
    expect(await doors.confirmable(phone, q, key)).toMatchObject({ here: false })
    const wrong = number === '0000' ? '0001' : '0000'
    for (const typed of [{}, { number: wrong }, { number: '' }])
      await expect(doors.confirm(phone, q, key, typed)).rejects.toMatchObject({ code: 'number_wrong' })
    expect(await doors.confirm(phone, q, key, { number: ` ${number} ` })).toEqual({ moved: false })
    await doors.vote(bob, q, lake)
    await expect(doors.vote(phone, q, lake)).rejects.toMatchObject({ code: 'level_needed' })
  })

  it('takes the link away after five wrong numbers', async () => {
    const [mallory, phone] = [person('Mallory'), person()]
    const { number, key } = await letterFor(mallory, 'bob@example.org')
    const left: unknown[] = []
    for (let n = 0; n < 5; n++) {
      const [said] = await Promise.allSettled([doors.confirm(phone, q, key, { number: 'none' })])
      left.push((said as { reason?: Refusal }).reason?.facts.left)
    }
    expect(left).toEqual([4, 3, 2, 1, 0])
    await expect(doors.confirm(phone, q, key, { number })).rejects.toMatchObject({ code: 'confirmation_unknown' })
    await expect(doors.confirm(mallory, q, key, {})).rejects.toMatchObject({ code: 'confirmation_unknown' })
  })

  it('counts an address once: its seat moves to the device that asks now, with its votes', async () => {
    const [laptop, phone] = [person('Bob'), person()]
    await confirmed(laptop, 'bob@example.org')
    await doors.vote(laptop, q, lake)
    const before = (await doors.snapshot(q)).counts
    // Also where the new device has begun to take part without having done anything.
    await doors.join(phone, q, {})
    expect(await confirmed(phone, 'BOB+two@example.org')).toEqual({ moved: true })
    expect((await doors.snapshot(q)).counts).toEqual(before)
    expect(await doors.overlay(phone, q)).toMatchObject({ votes: [lake], participant: { name: 'Bob' } })
    expect(await doors.overlay(laptop, q)).toMatchObject({ role: 'stranger', votes: [] })
    expect((await doors.vote(phone, q, lake)).votes).toBe(1)
    await expect(doors.vote(laptop, q, lake)).rejects.toMatchObject({ code: 'level_needed' })
    expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
  })

  it('refuses to have one address for two who have both done something, and nobody loses a vote', async () => {
    const [laptop, phone] = [person('Bob'), person('Bob')]
    await confirmed(laptop, 'bob@example.org')
    await doors.vote(laptop, q, lake)
    await doors.addComment(phone, q, { text: 'I was here.' })
    const { key } = await letterFor(phone, 'bob@example.org')
    await expect(doors.confirm(phone, q, key, {})).rejects.toMatchObject({ code: 'address_taken' })
    expect((await doors.snapshot(q)).ideas[0]?.votes).toBe(1)
    await doors.leave(phone, q, { contributions: 'remove' })
    await doors.confirm(phone, q, key, {})
    expect(await doors.overlay(phone, q)).toMatchObject({ votes: [lake] })
  })

  it('does not count an address again whose owner left and let their votes stand', async () => {
    const [bob, again] = [person('Bob'), person()]
    await confirmed(bob, 'bob@example.org')
    await doors.vote(bob, q, lake)
    await doors.leave(bob, q, { contributions: 'keep' })
    expect(await confirmed(again, 'bob@example.org')).toEqual({ moved: true })
    expect((await doors.vote(again, q, lake)).votes).toBe(1)
    // Who takes everything along frees the address with it.
    await doors.leave(again, q, { contributions: 'remove' })
    const third = person()
    expect(await confirmed(third, 'bob@example.org')).toEqual({ moved: false })
    expect((await doors.vote(third, q, pond)).votes).toBe(1)
  })

  it('lets one press of many at the same moment count', async () => {
    const people = Array.from({ length: 6 }, () => person())
    const keys: string[] = []
    for (const one of people.slice(0, 3)) keys.push((await letterFor(one, 'bob@example.org')).key)
    const presses = keys.flatMap((key, n) => [0, 1].map(() => doors.confirm(people[n]!, q, key, {})))
    const done = await Promise.allSettled(presses)
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const one of people.slice(0, 3)) await doors.vote(one, q, lake).catch(() => undefined)
    expect((await doors.snapshot(q)).ideas[0]?.votes).toBe(1)
    expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
  })

  it('sends letters only where a question asks for an address, while it is open, and to addresses alone', async () => {
    const bob = person('Bob')
    const ask = (email: string, on = q) => doors.askConfirmation(bob, on, { email }, request)
    for (const email of ['bob', 'bob@example.org, carol@example.org', 'bob@example.org\r\nBcc: carol@example.org'])
      await expect(ask(email)).rejects.toMatchObject({
        code: expect.stringMatching(/^(email_invalid|invalid_input)$/) as string,
      })
    const open = (await doors.ask(alice, { title: 'When?' })).question.id
    await expect(ask('bob@example.org', open)).rejects.toMatchObject({ code: 'email_not_asked' })
    const { key } = await letterFor(bob, 'bob@example.org')
    await doors.close(alice, q)
    await expect(ask('bob@example.org')).rejects.toMatchObject({ code: 'question_closed' })
    await expect(doors.confirm(bob, q, key, {})).rejects.toMatchObject({ code: 'question_closed' })
    await expect(test.doors.askConfirmation(bob, q, { email: 'bob@example.org' }, request)).rejects.toMatchObject({
      code: 'mail_off',
    })
  })

  it('keeps no address once letters are sent, and forgets who had one with the names', async () => {
    const bob = person('Bob')
    await confirmed(bob, 'bob@example.org')
    await expect(letterFor(bob, 'bob@example.org')).rejects.toMatchObject({ code: 'seat_confirmed' })
    const everything = async () => {
      const { read } = test.core.store
      const { id } = await loadQuestion(read, q)
      const found = [
        await read.selectFrom('letters').selectAll().execute(),
        await read.selectFrom('confirmed').selectAll().where('question_id', '=', id).execute(),
        await read.selectFrom('confirmations').selectAll().where('question_id', '=', id).execute(),
        await read.selectFrom('participants').selectAll().where('question_id', '=', id).execute(),
      ]
      return { found, text: JSON.stringify(found, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value)) } // prettier-ignore
    }
    expect((await everything()).text).not.toMatch(/example/)
    await doors.close(alice, q)
    test.time.now += 31 * day
    await test.house.verbs.tidyUp(30)
    const { found } = await everything()
    expect(found.slice(0, 3)).toEqual([[], [], []])
    // What a question and another know an address by is not the same.
    expect(sealing.addressHash('bob@example.org', q)).not.toEqual(sealing.addressHash('bob@example.org', 'other'))
  })
})

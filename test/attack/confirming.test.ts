import { request as plainRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Confirmable, Confirmation, Confirmed } from '../../src/confirmation/wire.ts'
import { perAddress } from '../../src/letter/rules.ts'
import { expectRefusal } from '../api/expectations.ts'
import { ask, Person, request, type Owner } from '../support/api.ts'
import { openMailbox, type Mailbox } from '../support/mailbox.ts'
import { startServer, type TestServer } from '../support/server.ts'

let mailbox: Mailbox
let server: TestServer
beforeAll(async () => {
  mailbox = await openMailbox()
  server = await startServer({ SMTP_URL: mailbox.url, LOG_LEVEL: 'info' })
})
afterAll(async () => {
  await server.stop()
  await mailbox.close()
})

const question = (title = 'Where shall we meet?') =>
  ask(server.url, { title, settings: { takePart: 'open', vote: 'email' } })

const askFor = (person: Person, email: string, headers: Record<string, string> = {}) =>
  person.post<Confirmation>('/confirmations', { email }, headers)
const look = (person: Person, key: string) => person.get<Confirmable>(`/confirmations/${key}`)
const press = (person: Person, key: string, number?: string) =>
  person.put<Confirmed>(`/confirmations/${key}`, number === undefined ? {} : { number })

/** The key in the next letter, which must be to this address. */
async function keyFor(address: string): Promise<string> {
  const letter = await mailbox.next(address)
  expect(letter.to).toEqual([address])
  return /\/confirm\/([A-Za-z0-9_-]{32})\s/.exec(letter.text)?.[1] ?? ''
}

async function stage(): Promise<{ alice: Owner; idea: string }> {
  const alice = await question()
  return { alice, idea: (await alice.addIdea({ title: 'At the lake' })).body.id }
}

describe('Mallory and the letters', () => {
  it('gets no vote by asking, and none by having the letter opened a hundred times', async () => {
    const { alice, idea } = await stage()
    const bob = await alice.invite('Bob')
    expectRefusal(await bob.vote(idea), 'level_needed')
    expect((await askFor(bob, 'bob@example.org')).status).toBe(201)
    const key = await keyFor('bob@example.org')
    const page = `${server.url}/q/${alice.questionId}/confirm/${key}`
    const scans = Array.from({ length: 20 }, (_, n) => fetch(page, { method: n % 2 ? 'GET' : 'HEAD' }))
    for (const { status } of await Promise.all(scans)) expect(status).toBe(200)
    expect((await look(bob, key)).body).toMatchObject({ here: true, name: 'Bob' })
    expectRefusal(await bob.vote(idea), 'level_needed')
    expect((await press(bob, key)).body).toEqual({ moved: false })
    expect((await bob.vote(idea)).status).toBe(200)
    expectRefusal(await press(bob, key), 'confirmation_unknown')
    expectRefusal(await look(bob, key), 'confirmation_unknown')
  })

  it('does not get her own seat confirmed by somebody who presses without looking', async () => {
    const { alice, idea } = await stage()
    const mallory = await alice.invite('Mallory')
    const { number } = (await askFor(mallory, 'carol@example.org')).body
    const key = await keyFor('carol@example.org')
    const carol = alice.stranger()
    expect((await look(carol, key)).body).toMatchObject({ here: false, name: 'Mallory' })
    expectRefusal(await press(carol, key), 'number_wrong')
    expectRefusal(await press(carol, key, String((Number(number) + 1) % 10_000).padStart(4, '0')), 'number_wrong')
    expectRefusal(await mallory.vote(idea), 'level_needed')
    // Nor does she find the number by trying, all at once.
    const tries = Array.from({ length: 30 }, (_, n) => press(carol, key, `x${n}`))
    const codes = (await Promise.all(tries)).map(({ problem }) => problem.code)
    expect(codes.filter((code) => code === 'number_wrong')).toHaveLength(3)
    expectRefusal(await press(carol, key, number), 'confirmation_unknown')
  })

  it('does nothing with a link of another question, nor with one that she made up', async () => {
    const [one, other] = [await stage(), await stage()]
    const mallory = await one.alice.invite('Mallory')
    await askFor(mallory, 'mallory@example.net')
    const key = await keyFor('mallory@example.net')
    const elsewhere = new Person(server.url, other.alice.questionId)
    for (const guess of [key, key.slice(1) + key.slice(0, 1), 'A'.repeat(32), 'short', '%00', '..%2f..']) {
      expectRefusal(await look(elsewhere, guess), 'confirmation_unknown')
      expectRefusal(await press(elsewhere, guess, '0000'), 'confirmation_unknown')
    }
    expect((await press(mallory, key)).status).toBe(200)
  })

  it('is told the same of an address that is known as of one that is not, and in the same time', async () => {
    const { alice } = await stage()
    const dora = await alice.invite('Dora')
    await askFor(dora, 'dora@example.org')
    await press(dora, await keyFor('dora@example.org'))
    const times: Record<string, number[]> = { known: [], unknown: [] }
    for (let n = 0; n < 12; n++)
      for (const [kind, address] of [
        ['known', 'dora@example.org'],
        ['unknown', `nobody${n}@example.net`],
      ] as const) {
        const mallory = await alice.invite()
        const began = performance.now()
        const { status, body } = await askFor(mallory, address)
        times[kind]?.push(performance.now() - began)
        expect([status, Object.keys(body)]).toEqual([201, ['number', 'askedAt', 'expiresAt']])
      }
    const median = (kind: string) => times[kind]?.sort((a, b) => a - b)[6] ?? NaN
    // On a busy machine this is coarse; what is done is the same statement by statement.
    expect(median('known')).toBeLessThan(2 * median('unknown') + 20)
    expect(median('unknown')).toBeLessThan(2 * median('known') + 20)
  })

  it('floods nobody, however many seats she asks from', async () => {
    const { alice } = await stage()
    const seats = await Promise.all(Array.from({ length: 12 }, () => alice.invite()))
    for (const [n, seat] of seats.entries())
      expect((await askFor(seat, n % 2 ? 'erin@example.org' : `Erin+${n}@example.org`)).status).toBe(201)
    const got = () => mailbox.letters.filter(({ to }) => /^erin(\+\d+)?@/i.test(to[0] ?? '')).length
    await expect.poll(got, { timeout: 15_000 }).toBe(perAddress.hour)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(got()).toBe(perAddress.hour)
  })

  it('has one vote with one address, whatever devices she confirms it on', async () => {
    const { alice, idea } = await stage()
    const [first, second, third] = [await alice.invite('Mallory'), await alice.invite(), await alice.invite()]
    await askFor(first, 'mallory@example.com')
    await press(first, await keyFor('mallory@example.com'))
    await first.vote(idea)
    expectRefusal(await askFor(first, 'other@example.com'), 'seat_confirmed')

    await second.comment('I am somebody else.')
    await askFor(second, 'Mallory+2@example.com')
    expectRefusal(await press(second, await keyFor('Mallory+2@example.com')), 'address_taken')

    await askFor(third, 'mallory@example.com')
    expect((await press(third, await keyFor('mallory@example.com'))).body).toEqual({ moved: true })
    expect((await third.vote(idea)).body.votes).toBe(1)
    expectRefusal(await first.vote(idea), 'token_unknown')
  })

  it('has one vote with one address also by confirming it on two devices at the same moment, and each letter many times', async () => {
    const { alice, idea } = await stage()
    const seats = [await alice.invite(), await alice.invite()]
    const keys: string[] = []
    for (const seat of seats) {
      await askFor(seat, 'heidi@example.org')
      keys.push(await keyFor('heidi@example.org'))
    }
    const answers = await Promise.all([0, 1, 0, 1, 0, 1].map((n) => press(seats[n]!, keys[n]!)))
    const pressed = answers.filter(({ status }) => status === 200).map(({ body }) => body.moved)
    expect(pressed.toSorted()).toEqual([false, true])
    for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer.status).toBe(404)
    const votes = await Promise.all(seats.map((seat) => seat.vote(idea)))
    expect(votes.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await alice.snapshot()).body.counts).toMatchObject({ votes: 1, votesByLevel: { email: 1 } })
  })

  it('puts nothing into a letter: no second recipient, no header, no words, no other place to go', async () => {
    const alice = await question('Win a prize at https://evil.example now')
    const mallory = await alice.invite('Mallory, see evil.example')
    for (const email of [
      'frank@example.org\r\nBcc: grace@example.org',
      'frank@example.org, grace@example.org',
      'Frank <frank@example.org>',
      '"frank\r\n"@example.org',
    ])
      expect(['email_invalid', 'invalid_input'], email).toContain((await askFor(mallory, email)).problem.code)
    // A browser cannot name another host; who attacks can.
    const status = await new Promise<number>((resolve, reject) => {
      const body = JSON.stringify({ email: 'frank@example.org' })
      const headers = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'content-type': 'application/json',
        authorization: `Bearer ${mallory.token}`,
      }
      plainRequest(`${server.url}/api/v1/questions/${alice.questionId}/confirmations`, { method: 'POST', headers })
        .on('response', (response) => resolve(response.resume().statusCode ?? 0))
        .on('error', reject)
        .end(body)
    })
    expect(status).toBe(201)
    await expect.poll(() => mailbox.letters.some(({ to }) => to.includes('frank@example.org')), { timeout: 15_000 }).toBe(true) // prettier-ignore
    const letters = mailbox.letters.filter(({ to }) => to.includes('frank@example.org'))
    expect(letters).toHaveLength(1)
    expect(letters[0]?.to).toEqual(['frank@example.org'])
    expect(letters[0]?.raw).not.toMatch(/evil|grace|prize|Mallory|^Bcc:/im)
    expect(letters[0]?.text).toContain(server.url)
  })

  it('finds no address and no link in the log or in what is measured', async () => {
    const { text } = await fetch(`${server.url}/metrics`).then(async (answer) => ({ text: await answer.text() }))
    expect(text).toMatch(/^folkmoot_letters_total\{how="sent"\} [1-9]/m)
    const keys = mailbox.letters.map(({ text: said }) => /\/confirm\/([A-Za-z0-9_-]{32})/.exec(said)?.[1] ?? '')
    for (const printed of [text, server.output()]) {
      expect(printed).not.toMatch(/@example|%40example/)
      for (const key of keys) expect(printed).not.toContain(key)
    }
  })

  it('gets no letters out of a question that asks for no address', async () => {
    const alice = await ask(server.url)
    expectRefusal(await askFor(await alice.invite('Mallory'), 'bob@example.org'), 'email_not_asked')
    const answer = await request('POST', `${server.url}/api/v1/questions`, {
      title: 'T',
      settings: { vote: 'account' },
    })
    expectRefusal(answer, 'setting_not_available')
  })
})

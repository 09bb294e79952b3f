import { afterEach, describe, expect, it } from 'vitest'
import { ask, request, type Owner, type Person } from '../support/api.ts'
import { Listener } from '../support/listener.ts'
import { picture } from '../pages/stage.ts'
import { expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

const listeners: Listener[] = []
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.leave()
})

/** An answer as it came, to the byte, but for what differs between any two: the time, and what is drawn by lot. */
async function bytesOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const alike = { 'accept-language': 'en', 'accept-encoding': 'identity', 'cache-control': 'no-cache' }
  const answer = await fetch(url, { headers: { ...headers, ...alike }, redirect: 'manual' })
  // A page tells how long ago things were; its length and the hash that names it go with that, and its text is compared.
  const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true
  const told = ([name, value]: [string, string]) => {
    if (name === 'date' || name === 'x-request-id' || (isPage && name === 'content-length')) return []
    return [`${name}: ${isPage && name === 'etag' ? value.replace(/[\w-]+"$/, '') : value}`]
  }
  const text = Buffer.from(await answer.arrayBuffer()).toString('latin1')
  const drawn = /'nonce-[^']*'|nonce="[^"]*"|name="key" value="[^"]*"|(?<=<time[^>]*>)[^<]*/g
  return [answer.status, ...[...answer.headers].flatMap(told), text].join('\n').replaceAll(drawn, '')
}

/** All that a stranger can get of a question, by address. */
async function seenBy({ server, questionId, stranger }: Owner, idea: string, image: string | null) {
  const [page, api] = [`${server}/q/${questionId}`, `${server}/api/v1/questions/${questionId}`]
  // The order that a page without a seed comes in is drawn by lot; who has one gets the same again.
  const again = { 'if-none-match': 'W/"0-3-none"' }
  const addresses: [string, Record<string, string>?][] = [
    [page, again],
    ...['votes', 'newest', 'oldest', 'discussed', 'shuffled'].map((order): [string, Record<string, string>] => [
      `${page}?order=${order}`,
      again,
    ]),
    [`${page}?order=shuffled&seed=1`],
    [`${page}/ideas/${idea}?order=oldest`],
    [`${page}/ideas/${idea}/voters`],
    [`${page}/me`],
    [`${page}/room`],
    [`${api}/room`],
    [api],
    [`${api}/changes`],
    [`${api}/comments`],
    [`${api}/me`],
    [`${api}/me/contributions`],
    [`${api}/owner`],
    [`${api}/ideas/similar?text=apple`],
    [`${api}/ideas/${idea}/voters`],
    [`${api}/ideas/${idea}/voters?after=0&limit=1`],
    [`${server}${image ?? ''}`],
    [`${server}/api/v1/openapi.json`],
    [server],
  ]
  const seen: Record<string, string> = {}
  for (const [url, headers] of addresses) seen[url] = await bytesOf(url, headers)
  // A vote that is refused before it counts tells nothing either.
  seen.refused = JSON.stringify((await stranger().vote('NoSuchIdea1')).body)
  return seen
}

async function stage(settings: object, author: string | null = 'Author') {
  const alice = await ask(site.url, { title: 'What shall we plant?', settings })
  const bob = await alice.invite(author)
  const ideas: string[] = []
  for (const title of ['Apple', 'Birch', 'Cherry']) ideas.push((await bob.addIdea({ title })).body.id)
  const shown = await bob.setImage(ideas[0]!, await picture())
  await bob.argue(ideas[0]!, { side: 'pro', text: 'Blossoms.' })
  await bob.comment('When?')
  return { alice, bob, ideas, image: shown.body.image?.url ?? null }
}

async function listen(alice: Owner): Promise<Listener> {
  const listener = await Listener.open(`${alice.server}/api/v1/questions/${alice.questionId}/live`)
  listeners.push(listener)
  await listener.until(({ events }) => events.length > 0)
  return listener
}

/** A vote as a browser without script sends it. */
async function voteByForm(alice: Owner, idea: string, name: string): Promise<number> {
  const answer = await fetch(`${alice.server}/q/${alice.questionId}?/vote`, {
    method: 'POST',
    headers: { origin: alice.server, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: new URLSearchParams({ idea, name, key: `${name}-key` }).toString(),
    redirect: 'manual',
  })
  return answer.status
}

describe.each(['afterVote', 'afterClose'])('where votes are hidden (%s)', (results) => {
  it('every byte that a stranger can get is the same before and after whatever anybody votes', async () => {
    const { alice, bob, ideas, image } = await stage({ results, votesPerIdea: 3 })
    const [apple, birch, cherry] = ideas as [string, string, string]
    const listener = await listen(alice)
    const carol: { now?: Person } = {}
    const before = await seenBy(alice, apple, image)
    const acts: [string, () => Promise<unknown>][] = [
      ['a newcomer votes', () => alice.stranger().vote(apple)],
      ['somebody joins under a name', async () => (carol.now = await alice.invite('Carol SECRET'))],
      ['and votes', () => carol.now!.vote(birch)],
      ['and goes by another name', () => carol.now!.rename('Caroline SECRET')],
      ['the author votes', () => bob.vote(apple)],
      ['and gives the idea more votes', async () => expect((await bob.vote(apple, 3)).status).toBe(200)],
      ['and fewer', () => bob.vote(apple, 2)],
      ['the owner votes', () => alice.vote(cherry)],
      ['a newcomer votes by a form', async () => expect(await voteByForm(alice, apple, 'Dave SECRET')).toBe(303)],
      ['the author takes it back', () => bob.unvote(apple)],
      ['a whole ballot', () => bob.castBallot([birch, cherry])],
      ['another one', () => bob.castBallot([cherry])],
      ['the owner enters votes in the room', async () => expect((await alice.enter({ [apple]: 7 })).status).toBe(201)],
      ['and takes them back', () => alice.withdrawNewestEntry()],
      ['and enters others', () => alice.enter({ [birch]: 2, [cherry]: 5 }, 'SECRET')],
      ['who only voted leaves', () => carol.now!.leave({ contributions: 'remove' })],
    ]
    for (const [what, act] of acts) {
      await act()
      const now = await seenBy(alice, apple, image)
      for (const [address, bytes] of Object.entries(now)) expect(bytes, `${what}: ${address}`).toBe(before[address])
    }
    expect(Object.values(before).join(' ')).not.toContain('SECRET')

    // What was told meanwhile is nothing: the next that everyone hears of follows on what was there before.
    const { revision } = (await alice.snapshot()).body
    await bob.comment('Soon.')
    await listener.until(({ changes }) => changes.length > 0)
    expect(listener.events.map(({ event }) => event)).toEqual(['hello', 'tallies', 'change'])
    expect(listener.of('tallies')).toMatchObject([
      { revision: revision + 1, counts: { votes: null, participants: null, comments: 2 }, ideas: [] },
    ])
    expect(listener.of('change')).toMatchObject([{ revision: revision + 1, type: 'comment.added' }])

    await alice.close()
    const { body } = await alice.snapshot()
    expect(body.counts).toMatchObject({ votes: 11, votesInRoom: 7, participants: 4 })
    expect(body.ideas.map(({ id, votes }) => [id, votes])).toEqual([
      [cherry, 7],
      [apple, 2],
      [birch, 2],
    ])
    await expectTalliesRight(alice)
    await listener.until(({ changes }) => changes.includes('question.closed'))
    expect(listener.of('tallies').at(-1)).toMatchObject({ counts: { votes: 11, participants: 4 } })

    await alice.reopen()
    expect((await alice.snapshot()).body.counts).toMatchObject({ votes: null, participants: null })
    expectRefusal(await alice.stranger().voters(apple), 'results_hidden')
  })

  it('a vote answers that it was taken, and no sum', async () => {
    const { alice, ideas } = await stage({ results })
    const { revision } = (await alice.snapshot()).body
    expect((await alice.stranger().vote(ideas[0]!)).body).toEqual({ idea: ideas[0], votes: null, revision })
    expect((await alice.castBallot([ideas[1]!])).body).toEqual({ votes: { [ideas[1]!]: 1 }, revision })
    expect((await alice.unvote(ideas[1]!)).body).toEqual({ idea: ideas[1], votes: null, revision })
  })
})

it('where votes are shown, the same comparison finds each of them', async () => {
  const { alice, ideas, image } = await stage({ results: 'always' })
  const before = await seenBy(alice, ideas[0]!, image)
  await alice.stranger().vote(ideas[0]!)
  const after = await seenBy(alice, ideas[0]!, image)
  const differing = Object.keys(before).filter((address) => before[address] !== after[address])
  const api = `${alice.server}/api/v1/questions/${alice.questionId}`
  const page = `${alice.server}/q/${alice.questionId}?order=oldest`
  expect(differing).toEqual(expect.arrayContaining([page, api, `${api}/changes`, `${api}/ideas/${ideas[0]}/voters`]))
})

it('the number of a request tells nothing of how many there were', async () => {
  const alice = await ask(site.url)
  const numberOf = async () => (await alice.stranger().contributions()).headers.get('x-request-id') ?? ''
  const [one, other] = [await numberOf(), await numberOf()]
  for (const id of [one, other]) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
  expect(one.slice(0, 8)).not.toBe(other.slice(0, 8))
})

describe('where names are hidden', () => {
  /** The same question under names of one length, with what differs by lot taken out: ids, times and tokens. */
  async function played(name: string) {
    const { alice, bob, ideas, image } = await stage({}, name)
    await bob.vote(ideas[0]!)
    const inRoom = { name }
    await alice.addIdea({ title: 'In the mill', inRoom })
    await alice.argue(ideas[0]!, { side: 'con', text: 'It is wet.', inRoom })
    await alice.edit({ settings: { names: 'hidden' } })
    await alice.stranger().vote(ideas[0]!)
    await alice.hide('ideas', ideas[2]!)
    const owned = JSON.stringify((await alice.ownerView()).body)
    const seen = await seenBy(alice, ideas[0]!, image)
    const known = new Map<string, string>()
    const alike = (text: string) =>
      text
        .replaceAll(/\b[0-9A-Za-z]{11}\b/g, (id) => {
          if (!known.has(id)) known.set(id, `id ${known.size}`)
          return known.get(id)!
        })
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
    return { alice, bob, ideas, all: alike(JSON.stringify([owned, ...Object.values(seen)])), raw: seen }
  }

  it('nothing that anyone can get tells one name from another, but what its holder is told', async () => {
    const [one, other] = [await played('Barnabas'), await played('Cornelia')]
    for (const [{ bob, raw, all }, name] of [
      [one, 'Barnabas'],
      [other, 'Cornelia'],
    ] as const) {
      expect(Object.values(raw).join(' ') + all).not.toContain(name)
      expect((await bob.me()).body.participant?.name).toBe(name)
    }
    // Ids, times and tags are as long as each other, but how a name is written in a picture of an address is not.
    const lengths = ({ raw }: typeof one) =>
      Object.entries(raw).map(
        ([address, text]) =>
          `${new URL(address, site.url).pathname.length} ${text.replace(/<path d="[^"]*"/g, '').length}`,
      )
    expect(lengths(one)).toEqual(lengths(other))
    const { body } = await one.alice.voters(one.ideas[0]!)
    expect(body).toMatchObject({ total: 2, voters: [{ name: null }, { name: null }] })
    expect((await one.alice.snapshot()).body.ideas[0]).toMatchObject({
      author: { name: null },
      votes: 2,
      voters: { first: [], others: 2 },
    })
  })

  it('no name is taken that would never be shown, by whatever door', async () => {
    const { alice, ideas } = await stage({ names: 'hidden' }, null)
    expectRefusal(await alice.stranger().post('/participants', { name: 'Mallory' }), 'names_hidden', ['name'])
    const bob = await alice.invite()
    expectRefusal(await bob.rename('Bob'), 'names_hidden', ['name'])
    expect(await voteByForm(alice, ideas[0]!, 'Mallory')).toBe(422)
    expect((await bob.vote(ideas[0]!)).body.votes).toBe(1)
    expect((await bob.rename('')).status).toBe(200)
  })

  it('they stay hidden once somebody takes part, and until then do not have to', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { names: 'hidden' } })
    expect((await alice.edit({ settings: { names: 'optional' } })).status).toBe(200)
    expect((await alice.edit({ settings: { names: 'hidden' } })).status).toBe(200)
    await alice.invite()
    for (const names of ['optional', 'required'])
      expectRefusal(await alice.patch('', { settings: { names } }), 'setting_promised', ['settings/names'])
    expect(await request('GET', `${site.url}/api/v1/questions/${alice.questionId}`)).toMatchObject({
      body: { settings: { names: 'hidden' } },
    })
  })
})

import { busy, sayBusy, type Busy } from '../support/busy.ts'
import { fill, ideaOf } from '../support/fill.ts'
import { echoOf, startEchoes } from '../support/floor.ts'
import { drive, once, type LoadOptions } from '../support/load.ts'
import { newFolder, startFolkmoot, type Measured } from '../support/processes.ts'
import { inTurn, overLaunches, type Options, type Row, type Scale } from '../support/row.ts'
import { Poll, type Ballots } from '../support/votes.ts'

const ideas = 24
const votePath = '/api/v1/questions/:q/ideas/:idea/vote'

/** Devices of people who take part with their first vote; far above those that are filled in. */
const firstNewcomer = 1_000_000_000

/** Durable votes over HTTP beside a Fastify that answers as much and does nothing for it. */
export async function measureVotes(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const { people, questions, launches } = scale
  const each = Math.ceil(people / questions)
  const folder = await newFolder()
  const [one, ...many] = await fill(folder, [
    { ideas, participants: people },
    ...Array.from({ length: questions }, (_, n) => ({ ideas, participants: each, firstDevice: n * each })),
  ])
  if (!one) return []
  const poll = new Poll(one)
  const spread = many.map((question) => new Poll(question))
  return await overLaunches(launches, (launch) => measureLaunch(scale, { folder, nodeFlags, poll, spread, launch }))
}

interface Launch {
  folder: string
  nodeFlags: string[]
  poll: Poll
  spread: Poll[]
  launch: number
}

async function measureLaunch(scale: Scale, { folder, nodeFlags, poll, spread, launch }: Launch): Promise<Row[]> {
  const { connections, people, questions, rounds, seconds, warmUp } = scale
  const each = Math.ceil(people / questions)
  const server = await startFolkmoot(folder, nodeFlags)
  const receipt = await once(server.port, poll.request(0, 0))
  // Once: the next launch finds this vote there.
  if (launch === 0) poll.acknowledged(0)
  const floor = await startEchoes([echoOf('PUT', votePath, receipt, true)])

  // Each participant votes once a round, every round for another idea.
  const turn = launch * (rounds + 1)
  const inOne = (round: number) => (n: number) =>
    n < people ? { poll, device: n, idea: ideaOf(n, 1 + turn + round, ideas) } : null
  const inMany = (round: number) => (n: number) => {
    const [question, person] = [spread[n % questions], Math.floor(n / questions)]
    if (!question || person >= each) return null
    return { poll: question, device: (n % questions) * each + person, idea: ideaOf(person, turn + round, ideas) }
  }
  let newcomers = firstNewcomer * (1 + launch)
  const byNewcomers = () => {
    const first = (newcomers += 10_000_000)
    return (n: number) => ({ poll, device: first + n, idea: n % ideas })
  }

  const rows: Row[] = []
  const row = async (what: string, ballots: (round: number) => Ballots, target: Pick<Row, 'target'> = {}) => {
    await vote(server, ballots(rounds), { connections, seconds: warmUp })
    await knock(floor, ballots(rounds), { connections, seconds: warmUp })
    const shares: Busy[] = []
    const figures = await inTurn(
      rounds,
      (round) => busy(server, shares, () => vote(server, ballots(round), { connections, seconds })),
      (round) => busy(floor, shares, () => knock(floor, ballots(round), { connections, seconds })),
    )
    const against = 'Fastify: no-op PUT, same schema and headers'
    rows.push({ what, unit: 'votes/s', against, ...figures, ...target, notes: [sayBusy(shares)] })
  }
  const many1000 = questions.toLocaleString('en')
  await row('durable votes, one question', inOne, { target: { is: 'at least', value: 0.6 } })
  await row(`durable votes, spread over ${many1000} questions`, inMany, { target: { is: 'at least', value: 0.45 } })
  await row('durable votes by newcomers, who begin to take part with it', byNewcomers)

  for (const one of [poll, ...spread]) await one.expectExact(server.port)
  await server.stop()
  await floor.stop()
  return rows
}

/** The same server with a million votes there, and without. */
export async function measureMillion(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const { connections, launches, seconds, warmUp, votesThere } = scale
  const rounds = scale.rounds * launches
  const votesEach = 5
  const participants = Math.floor(votesThere / votesEach)
  const folders = [await newFolder(), await newFolder()] as const
  const [full] = await fill(folders[0], [{ ideas, participants, votesEach }])
  const [empty] = await fill(folders[1], [{ ideas, participants }])
  if (!full || !empty) return []
  const server = await startFolkmoot(folders[0], nodeFlags)
  const beside = await startFolkmoot(folders[1])
  const inFull = new Poll(full, { participants, votesEach })
  const inEmpty = new Poll(empty)
  const ballots =
    (poll: Poll, first: number, round: number): Ballots =>
    (n) =>
      n < participants ? { poll, device: n, idea: ideaOf(n, first + round, ideas) } : null
  await vote(server, ballots(inFull, votesEach, rounds), { connections, seconds: warmUp })
  await vote(beside, ballots(inEmpty, 0, rounds), { connections, seconds: warmUp })
  const shares: Busy[] = []
  const run = (who: Measured, of: Ballots) => busy(who, shares, () => vote(who, of, { connections, seconds }))
  const figures = await inTurn(
    rounds,
    (round) => run(server, ballots(inFull, votesEach, round)),
    (round) => run(beside, ballots(inEmpty, 0, round)),
  )
  await inFull.expectExact(server.port)
  await inEmpty.expectExact(beside.port)
  await server.stop()
  await beside.stop()
  return [
    {
      what: `durable votes with ${(participants * votesEach).toLocaleString('en')} votes there already`,
      unit: 'votes/s',
      against: 'the same server, empty',
      ...figures,
      target: { is: 'at least', value: 0.9 },
      notes: [sayBusy(shares)],
    },
  ]
}

/** Votes as fast as they are acknowledged. @returns how many a second */
export async function vote({ port }: Measured, ballots: Ballots, options: LoadOptions): Promise<number> {
  const acknowledged = (n: number) => {
    const ballot = ballots(n)
    ballot?.poll.acknowledged(ballot.idea)
  }
  return (await drive(port, requestsOf(ballots), { ...options, answered: acknowledged })).perSecond
}

/** The same requests to a floor, where they count for nothing. */
async function knock({ port }: Measured, ballots: Ballots, options: LoadOptions): Promise<number> {
  return (await drive(port, requestsOf(ballots), options)).perSecond
}

function requestsOf(ballots: Ballots): (n: number) => Buffer | null {
  return (n) => {
    const ballot = ballots(n)
    return ballot?.poll.request(ballot.device, ballot.idea) ?? null
  }
}

import { busy, sayBusy, type Busy } from '../support/busy.ts'
import { requestBytes } from '../support/connection.ts'
import { fill, type Filled } from '../support/fill.ts'
import { echoOf, startEchoes } from '../support/floor.ts'
import { drive, once, type Requests } from '../support/load.ts'
import { newFolder, startFolkmoot, type Measured } from '../support/processes.ts'
import { expectCount, inTurn, overLaunches, type Options, type Row, type Scale } from '../support/row.ts'
import { fromPage } from '../support/votes.ts'

/** The question that all views are of: 24 ideas, each with two arguments and the votes of 50 people with names. */
export const usualQuestion = { ideas: 24, argumentsEach: 2, participants: 50, votesEach: 24, named: true }

/** Page, snapshot and overlay beside a Fastify that answers the same bytes and does nothing for them. */
export async function measureViews(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const { people, launches } = scale
  const folder = await newFolder()
  // More than are remembered, so that each is asked for the first time again and again.
  const crowd = Math.min(people, 30_000)
  const [question, crowded] = await fill(folder, [usualQuestion, { ideas: 24, participants: crowd, votesEach: 3 }])
  if (!question || !crowded) return []
  return await overLaunches(launches, () => measureLaunch(scale, { folder, nodeFlags, question, crowded, crowd }))
}

interface Launch {
  folder: string
  nodeFlags: string[]
  question: Filled
  /** One with so many participants. */
  crowded: Filled
  crowd: number
}

async function measureLaunch(
  { connections, rounds, seconds, warmUp }: Scale,
  { folder, nodeFlags, question, crowded, crowd }: Launch,
): Promise<Row[]> {
  const server = await startFolkmoot(folder, nodeFlags)
  const brotli = { 'accept-encoding': 'br' }
  const page = requestBytes('GET', `/q/${question.id}`, { ...brotli, accept: 'text/html', 'accept-language': 'en' })
  const snapshot = requestBytes('GET', `/api/v1/questions/${question.id}`, brotli)
  const overlays = Array.from({ length: usualQuestion.participants }, (_, device) =>
    requestBytes('GET', `/api/v1/questions/${question.id}/me`, { ...brotli, ...fromPage(device) }),
  )
  const overlay = overlays[0] ?? Buffer.alloc(0)
  const firstOverlay = (n: number) =>
    requestBytes('GET', `/api/v1/questions/${crowded.id}/me`, { ...brotli, ...fromPage(n % crowd) })
  const seen = {
    page: await once(server.port, page),
    snapshot: await once(server.port, snapshot),
    overlay: await once(server.port, overlay),
    firstOverlay: await once(server.port, firstOverlay(0)),
  }
  const floor = await startEchoes([
    echoOf('GET', '/q/:q', seen.page),
    echoOf('GET', '/api/v1/questions/:q', seen.snapshot),
    echoOf('GET', '/api/v1/questions/:q/me', seen.overlay),
    echoOf('GET', `/api/v1/questions/${crowded.id}/me`, seen.firstOverlay),
  ])

  const rows: Row[] = []
  const row = async (what: string, against: string, requests: Requests, length: number, atLeast?: number) => {
    const run = async (who: Measured, seconds: number) => {
      let bytes = 0
      const options = {
        connections,
        seconds,
        answered: (_n: number, { body }: { body: Buffer }) => (bytes += body.length),
      }
      const { answered, perSecond } = await drive(who.port, requests, options)
      // A page that is made for each visit differs by some bytes, where its keys compress differently.
      if (Math.abs(bytes / answered - length) > length / 100)
        throw new Error(`${what}: ${answered} answers have ${bytes / answered} bytes on average instead of ${length}`)
      return perSecond
    }
    await run(server, warmUp)
    await run(floor, warmUp)
    const shares: Busy[] = []
    const figures = await inTurn(
      rounds,
      () => busy(server, shares, () => run(server, seconds)),
      () => busy(floor, shares, () => run(floor, seconds)),
    )
    const notes = [`${length.toLocaleString('en')} bytes`, sayBusy(shares)]
    const target = atLeast !== undefined && { target: { is: 'at least' as const, value: atLeast } }
    rows.push({ what, unit: 'requests/s', against, ...figures, ...target, notes })
  }
  const buffer = 'Fastify: a constant buffer of that size, same headers'
  await row(
    'question page (24 ideas, 50 voters each), anonymous, brotli',
    buffer,
    () => page,
    seen.page.body.length,
    0.9,
  )
  await row('snapshot JSON, brotli', buffer, () => snapshot, seen.snapshot.body.length, 0.9)
  // Each of the 50 in turn; their overlays are of one length.
  const me = (n: number) => overlays[n % overlays.length] ?? null
  const noop = 'Fastify: no-op GET of that size'
  await row('personal overlay', noop, me, seen.overlay.body.length, 0.5)
  let asked = 1
  const anyone = () => firstOverlay(asked++)
  await row('personal overlay, asked for the first time', noop, anyone, seen.firstOverlay.body.length)
  await server.stop()
  await floor.stop()
  return rows
}

/** How long the first look at a new revision takes: nothing of it is ready. */
export async function measureMisses(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const rows: Row[] = []
  for (const ideas of [usualQuestion.ideas, scale.ideas]) {
    const folder = await newFolder()
    const plan = { ...usualQuestion, ideas, votesEach: Math.min(ideas, 24), participants: 50 }
    const [question] = await fill(folder, [plan])
    if (!question) return rows
    const server = await startFolkmoot(folder, nodeFlags)
    const edit = (title: string) =>
      requestBytes(
        ...(['PATCH', `/api/v1/questions/${question.id}`] as const),
        { authorization: `Bearer ${question.adminToken}` },
        JSON.stringify({ title }),
      )
    const page = requestBytes('GET', `/q/${question.id}`, { accept: 'text/html', 'accept-language': 'en' })
    const ours: number[] = []
    for (let n = -Math.min(5, scale.misses / 2); n < scale.misses; n++) {
      const title = `What shall we do with room ${n + 1_000}?`
      expectCount('status of the edit', (await once(server.port, edit(title))).status, 200)
      // The snapshot, which the edit's answer has built, is not part of it.
      const begun = performance.now()
      const { body } = await once(server.port, page)
      const took = performance.now() - begun
      if (!body.includes(title)) throw new Error('The page is of an older revision than the one that was written.')
      if (n >= 0) ours.push(took)
      // Making pages anew is kept to a share of the time; what is late on purpose is not measured here.
      await new Promise((resolve) => setTimeout(resolve, Math.max(50, took * 5)))
    }
    await server.stop()
    rows.push({ what: `page after a change, ${ideas.toLocaleString('en')} ideas: rendered anew`, unit: 'ms', ours })
  }
  return rows
}

import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as rest } from 'node:timers/promises'
import { shareClock } from '../base/clock.ts'
import { newPublicId } from '../base/ids.ts'
import { connectReader, openClock, troubleSentences } from '../db/connect.ts'
import { folderOf } from '../db/engine.ts'
import { StorageWatch } from '../db/failures.ts'
import { createFeed } from '../feed/follow.ts'
import { Bus } from '../live/bus.ts'
import { keepPost } from '../mail/post.ts'
import { Sealing } from '../mail/sealed.ts'
import { connectMail } from '../mail/smtp.ts'
import { startWriter } from '../verbs/writer.ts'
import { buildApp } from './app.ts'
import { newSecretKey, readConfig } from './config.ts'
import { keepHouse } from './keep-house.ts'
import { levelsGivenBy } from './levels.ts'
import { exchangePaces } from './pace-exchange.ts'
import { Pace } from './pace.ts'

/** How long requests in flight have to finish at the end, in milliseconds. */
const patience = 10_000
/** Who has opened a connection asks in this time, in milliseconds. */
const inASecond = 1_000

/**
 * Serves until SIGTERM or SIGINT, says for `shutdownGrace` that it is not ready, then finishes what is in flight and
 * exits 0.
 * @param dev serve the pages straight from their sources
 */
export async function serve({ dev }: { dev: boolean }): Promise<void> {
  const config = readConfig(process.env)
  let stopping = false
  const feed = createFeed((failure) => app.log.error({ err: failure }, 'a follower failed'))
  const watch = new StorageWatch(troubleSentences(config.engine), (err, sentence) => app.log.error({ err }, sentence))
  const { now: told, close: closeClock } = await openClock(config.engine)
  const clock = shareClock(told)
  const levels = levelsGivenBy(config)
  const { verbs: unwatched, close: closeWriter } = await startWriter(
    config.engine,
    feed,
    clock,
    (failure) => {
      // Whoever runs the server starts it again, as after any crash; all that was acknowledged is on the disk.
      app.log.fatal({ err: failure }, 'nothing can be written any more')
      process.exit(1)
    },
    levels,
  )
  const verbs = watch.guard(unwatched)
  const read = connectReader(config.engine, watch.notice)
  // What a node would keep for itself is the same for all of them, and kept where everything is.
  const secretKey = config.secretKey ?? (await verbs.keepOnce('secret_key', newSecretKey()))
  const bus =
    config.natsUrl === null
      ? null
      : new Bus({
          url: config.natsUrl,
          server: await verbs.keepOnce('server', newPublicId()),
          feed,
          report: (sentence, failure) => app.log.warn({ err: failure }, sentence),
        })
  const post =
    config.mail === null
      ? null
      : keepPost(verbs, new Sealing(secretKey), connectMail(config.mail), (sentence, failure) =>
          app.log.warn({ err: failure }, sentence),
        )
  const pace = new Pace(config.clientLimits, secretKey)
  const app = await buildApp({
    house: { read, clock: clock.now, feed, verbs, levels },
    config: { ...config, secretKey },
    web: dev ? 'live' : 'built',
    logger: { level: config.logLevel },
    isStopping: () => stopping,
    pace,
    bus,
    letters: post?.counts ?? null,
  })
  const stopTelling =
    folderOf(config.engine) === null
      ? exchangePaces(pace, verbs, (failure) =>
          app.log.warn({ err: failure }, 'clients are counted on this node alone'),
        )
      : () => Promise.resolve()
  const stopHouse = keepHouse(verbs, clock.now, config.retentionDays, (failure) =>
    app.log.error({ err: failure }, 'housekeeping failed'),
  )
  /** Connections on which nothing was asked yet, and since when they are there; node does not count them as idle. */
  const silent = new Map<Socket, number>()
  app.server.on('connection', (socket) => {
    silent.set(socket, performance.now())
    for (const event of ['data', 'close'] as const) socket.once(event, () => silent.delete(socket))
  })
  await app.listen({ host: config.host, port: config.port })
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  // eslint-disable-next-line no-console -- the one line that says where to look
  console.log(`Folkmoot is listening on http://${host}:${port}`)

  const stop = () => {
    if (stopping) return
    stopping = true
    void (async () => {
      // Whoever sends people here looks at /readyz, and hears of it while everyone is still let in.
      await rest(config.shutdownGrace)
      const until = performance.now() + patience
      const hangingUp = setInterval(() => {
        const now = performance.now()
        // Who is still sending by then is cut off.
        if (now > until) app.server.closeAllConnections()
        // A connection kept alive that was in use at the signal falls idle only later, and would hold the end up.
        else app.server.closeIdleConnections()
        for (const [socket, since] of silent) if (now - since > inASecond) socket.destroy()
      }, 50)
      await app.close()
      clearInterval(hangingUp)
      await Promise.all([stopHouse(), stopTelling(), post?.stop()])
      await bus?.close()
      await read.destroy()
      await closeWriter()
      await closeClock()
      process.exit(0)
    })()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

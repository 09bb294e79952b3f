import { ask } from '../../test/support/api.ts'
import { newFolder } from '../../test/support/place.ts'
import { startServer } from '../../test/support/server.ts'
import { burst } from '../support/burst.ts'
import { pinLoad, unpinLoad } from '../support/processes.ts'
import { expectCount, type Row, type Scale } from '../support/row.ts'

const ideas = 24
/** How long it takes all people to come, in seconds. */
const seconds = 10

/** A burst of first votes with the server killed in its middle, again and again: nothing lost, nothing doubled. */
export async function measureBurst({ bursts, burst: people }: Scale): Promise<Row[]> {
  let [before, resent] = [0, 0]
  unpinLoad()
  for (let n = 0; n < bursts; n++) {
    const server = await startServer({}, newFolder)
    try {
      const alice = await ask(server.url)
      const ids: string[] = []
      for (let idea = 1; idea <= ideas; idea++) ids.push((await alice.addIdea({ title: `Idea ${idea}` })).body.id)
      const went = await burst(server, alice, ids, { people, seconds: seconds * Math.min(1, people / 10_000) })
      for (const count of ['acknowledged', 'votes', 'participants', 'casts', 'joins'] as const)
        expectCount(
          `${count} of burst ${n + 1}`,
          went[count],
          people + (count === 'participants' || count === 'joins' ? 1 : 0),
        )
      expectCount('people without their vote', went.withoutTheirVote, 0)
      expectCount('gaps in the feed', went.gaps, 0)
      for (const [idea, votes] of went.tallies.entries())
        expectCount(`votes of idea ${idea + 1}`, votes, Math.ceil((people - idea) / ideas))
      before += went.beforeKill
      resent += went.resent
    } catch (failure) {
      // What went wrong first is what counts, whatever comes of the end.
      await server.stop().catch(() => {})
      throw failure
    }
    await server.stop()
  }
  pinLoad()
  return [
    {
      what: `bursts of ${people.toLocaleString('en')} first votes with kill -9 in the middle: votes lost or doubled`,
      ...{ unit: `in ${bursts}`, ours: [0], target: { is: 'at most', value: 0 } as const },
      notes: [
        `5 % cut off and sent again, 2 % sent twice at once; ${before.toLocaleString('en')} were acknowledged before the ` +
          `server was killed and ${resent.toLocaleString('en')} sent again; tallies, ballots and feed agree each time`,
      ],
    },
  ]
}

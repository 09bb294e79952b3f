import { enliven } from './enliven.ts'
import { workAtDesk } from './desk.ts'
import { sendForms } from './forms.ts'
import { followLive, isLive } from './live.ts'
import { markOwn } from './overlay.ts'
import { showAnew } from './page.ts'
import { questionOf } from './question.ts'
import { offerSimilar } from './similar.ts'
import { showTallies } from './tallies.ts'
import { answerTaps } from './taps.ts'
import { openVoters } from './voters.ts'
import { playVideos } from './videos.ts'

// Every page works without this. It spares people whole page loads and adds what only a browser can do.
answerTaps(settle)
sendForms()
openVoters()
playVideos()
offerSimilar()
enliven()
followLive()
workAtDesk()
void markOwn(document).then((isMarked) => (isMarked ? undefined : refresh()))

/** What the buttons have shown already has become so. Names and sums come by themselves where the page is live. */
function settle(): void {
  const { votesLimited, hiddenUntil, device } = questionOf(document)?.dataset ?? {}
  // Of hidden votes nothing is told by itself; and to whom they are shown may just have changed.
  const isTold = votesLimited === undefined && hiddenUntil === undefined && device !== undefined
  if (isLive() && isTold) showTallies(document)
  else refresh()
}

/** Brings names, sums and the order of the day after what the buttons have shown already. */
function refresh(): void {
  showAnew('reload').then(enliven, () => undefined)
}

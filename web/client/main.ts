import { enliven } from './enliven.ts'
import { sendForms } from './forms.ts'
import { markOwn } from './overlay.ts'
import { showAnew } from './page.ts'
import { answerTaps } from './taps.ts'
import { openVoters } from './voters.ts'
import { playVideos } from './videos.ts'

// Every page works without this. It spares people whole page loads and adds what only a browser can do.
answerTaps(refresh)
sendForms()
openVoters()
playVideos()
enliven()
void markOwn(document).then((isMarked) => (isMarked ? undefined : refresh()))

/** Brings names, sums and the order of the day after what the buttons have shown already. */
function refresh(): void {
  showAnew().then(enliven, () => undefined)
}

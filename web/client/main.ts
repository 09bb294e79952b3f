import { enliven } from './enliven.ts'
import { sendForms } from './forms.ts'
import { openVoters } from './voters.ts'
import { playVideos } from './videos.ts'

// Every page works without this. It spares people whole page loads and adds what only a browser can do.
sendForms()
openVoters()
playVideos()
enliven()

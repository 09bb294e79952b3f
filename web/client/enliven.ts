import { offerCopying } from './copying.ts'
import { awaitDeadline } from './deadline.ts'
import { openInvitation } from './invitation.ts'
import { openOwnerLink } from './owner-link.ts'
import { offerSharing } from './sharing.ts'
import { tellTimes } from './times.ts'
import { offerVoters } from './voters.ts'

/** Brings to life what is on the page. Run again whenever a part of it was replaced, so each step may be repeated. */
export function enliven(): void {
  offerCopying()
  offerSharing()
  tellTimes()
  offerVoters()
  awaitDeadline(enliven)
  openOwnerLink()
  openInvitation()
}

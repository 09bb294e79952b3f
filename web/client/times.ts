import { makeFormats, type Formats } from '../lib/format.ts'
import { isZone, localIn } from '../lib/zone.ts'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
let ticking = false

/**
 * Says times as the clock and the time zone of this device have them, or in the zone that the question tells them in, and
 * ages anew while the page is open.
 */
export function tellTimes(): void {
  sayAll()
  fillDeadlines()
  if (!ticking) setInterval(sayAll, 30_000)
  ticking = true
}

function sayAll(): void {
  const format = formatsIn(zone)
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-show]')) {
    const show = time.dataset.show as 'age' | 'moment' | 'relative' | 'shortMoment'
    const zoned = time.dataset.in !== undefined && isZone(time.dataset.in) ? formatsIn(time.dataset.in) : format
    const text = zoned[show](time.dateTime)
    if (time.textContent !== text) time.textContent = text
    if (time.title) time.title = format.moment(time.dateTime)
  }
}

function formatsIn(zone: string): Formats {
  return makeFormats({ locale: document.documentElement.lang, zone, now: Date.now() })
}

/** A deadline is typed in the zone of whoever types it; the form says which one it is. */
function fillDeadlines(): void {
  for (const hidden of document.querySelectorAll<HTMLInputElement>('input[data-zone]')) {
    const input = document.getElementById(hidden.dataset.zone ?? '') as HTMLInputElement | null
    const hint = document.getElementById(`${hidden.dataset.zone}-hint`)
    if (!input || hidden.value === zone) continue
    if (hint) hint.textContent = hint.textContent.replace(hidden.value.replaceAll('_', ' '), zone.replaceAll('_', ' '))
    // What was typed and refused stays as it was typed, in the zone of this device too.
    if (hidden.dataset.moment && input.value === localIn(hidden.value, hidden.dataset.moment))
      input.value = localIn(zone, hidden.dataset.moment)
    hidden.value = zone
  }
}

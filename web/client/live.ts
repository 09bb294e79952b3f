import { beginAnnouncing, hearChange } from './announcing.ts'
import { enliven } from './enliven.ts'
import type { Told } from './line.ts'
import { showAnew } from './page.ts'
import { isPaused, offerPause } from './pausing.ts'
import { questionOf } from './question.ts'
import { shareLine } from './shared-line.ts'
import { takeTallies, type Tallies } from './tallies.ts'
import { hearAdded, hearGone, offerWaiting } from './waiting.ts'

/** How often the page is loaded again at the most when it comes older than what was told of, before that is let be. */
const triesForNewer = 4
/** The longest wait for a page that is not to be had, in milliseconds. */
const longest = 30_000

let hangUp: (() => void) | null = null
let connected = false
/** Up to where everything has been told. */
let known = 0
/** The revision that the page should have, and over how long to spread the loading of it. */
let needed = 0
let spread = 200
let tries = 0
let timer: ReturnType<typeof setTimeout> | undefined
let loading = false

/** Keeps the page of a question up to date while somebody looks at it. */
export function followLive(): void {
  if (!questionOf(document)) return
  // We hold still what is read ourselves: not every browser does, and both at once would jump.
  document.documentElement.style.overflowAnchor = 'none'
  known = needed = pageRevision()
  beginAnnouncing()
  offerWaiting(enliven)
  offerPause(connect)
  // A page that nobody sees lets go; when it is looked at again it catches up.
  document.addEventListener('visibilitychange', connect)
  addEventListener('pageshow', connect)
  connect()
}

/** Whether what others do arrives by itself now. */
export function isLive(): boolean {
  return connected
}

function connect(): void {
  const root = questionOf(document)
  const wanted = !isPaused() && document.visibilityState === 'visible' && root !== null
  if (wanted === (hangUp !== null)) return
  hangUp?.()
  hangUp = null
  connected = false
  if (!wanted) return
  hangUp = shareLine(root.dataset.question ?? '', known, hear)
  // Told of before, and not loaded because nobody looked.
  if (pageRevision() < needed) loadIn(Math.random() * spread)
}

function hear({ event, id, data }: Told): void {
  known = id
  connected = event !== 'lost' && data.isAsked !== true
  if (event === 'gone' || data.type === 'question.deleted') return location.reload()
  if (typeof data.spread === 'number') spread = data.spread
  if (event === 'tallies') takeTallies(data as unknown as Tallies)
  else if (event === 'change') {
    const revision = Number(data.revision)
    const about = data.data as Record<string, unknown>
    // Also of what the page shows already: it may have been loaded sooner than this was told.
    hearChange(String(data.type), about)
    if (revision <= pageRevision()) return
    if (data.type === 'idea.added') hearAdded(String(about.idea))
    if (/^idea\.(hidden|deleted|merged|shown)$/.test(String(data.type)))
      hearGone(String(about.idea), data.type !== 'idea.shown')
    need(revision)
  } else if (event === 'resync') need(Number(data.revision ?? pageRevision() + 1))
}

/** The page has to be at least of this revision, soon. */
function need(revision: number): void {
  needed = Math.max(needed, revision)
  tries = 0
  loadIn(Math.random() * spread)
}

function loadIn(time: number): void {
  if (loading) return
  timer ??= setTimeout(() => void load(), time)
}

async function load(): Promise<void> {
  timer = undefined
  // What was sent from this page has brought it already. Who has paused or looks elsewhere gets it on coming back.
  if (pageRevision() >= needed || hangUp === null) return
  loading = true
  const shown = await showAnew().catch(() => false)
  loading = false
  if (shown) enliven()
  if (pageRevision() >= needed) return
  // A copy on the way may be a moment older than what was told of.
  tries++
  if (shown && tries >= triesForNewer) needed = pageRevision()
  else loadIn(Math.min(longest, 500 * 2 ** tries) * (0.5 + Math.random()))
}

function pageRevision(): number {
  return Number(questionOf(document)?.dataset.revision ?? 0)
}

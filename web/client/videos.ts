import { openBehind } from './opened.ts'

/** Plays a video in its card after a tap; until then nothing is loaded from its host. */
export function playVideos(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-player]') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const frame = document.createElement('iframe')
    frame.src = link.dataset.player ?? ''
    frame.title = link.dataset.title ?? ''
    frame.allow = 'fullscreen; picture-in-picture'
    frame.allowFullscreen = true
    // Players check from which site they are shown; the page as a whole tells nobody.
    frame.referrerPolicy = 'strict-origin-when-cross-origin'
    // Any host can look like a PeerTube; none of them may lead this page elsewhere.
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-presentation allow-popups')
    openBehind(link, frame)
    link.hidden = true
    frame.focus()
  })
}

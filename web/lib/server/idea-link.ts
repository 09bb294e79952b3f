import type { IdeaLink } from '#lib/idea-link.ts'

/** What the page shows of an idea's link: its host, and for a video where its player is. Nothing is loaded for it. */
export function describeLink(href: string | null): IdeaLink | null {
  const url = href === null ? null : URL.parse(href)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  const player = playerOf(url)
  return { href: url.href, host: url.host.replace(/^www\./, ''), ...(player && { player }) }
}

const id = /^[\w-]+$/

function playerOf(url: URL): string | null {
  const host = url.hostname.replace(/^(www|m|music)\./, '')
  const path = url.pathname.split('/').filter(Boolean)
  if (host === 'youtube.com' || host === 'youtube-nocookie.com') {
    const video =
      path[0] === 'watch' ? url.searchParams.get('v') : /^(shorts|embed|live)$/.test(path[0] ?? '') ? path[1] : null
    return video && id.test(video) ? `https://www.youtube-nocookie.com/embed/${video}` : null
  }
  if (host === 'youtu.be')
    return path[0] && id.test(path[0]) ? `https://www.youtube-nocookie.com/embed/${path[0]}` : null
  if (host === 'vimeo.com' || host === 'player.vimeo.com') {
    const video = path.find((part) => /^\d+$/.test(part))
    return video ? `https://player.vimeo.com/video/${video}?dnt=1` : null
  }
  // PeerTube runs on many hosts and is known by its paths alone; its ids are long, so few other addresses look so.
  if (url.protocol !== 'https:') return null
  const video =
    path.length === 2 && path[0] === 'w'
      ? path[1]
      : path.length === 3 && path[0] === 'videos' && path[1] === 'watch'
        ? path[2]
        : null
  return video && /^[\w-]{20,36}$/.test(video) ? `${url.origin}/videos/embed/${video}` : null
}

import { describe, expect, it } from 'vitest'
import { describeLink } from './idea-link.ts'

describe('describeLink', () => {
  it('shows the host of any link', () => {
    expect(describeLink('https://www.example.org/a')).toEqual({
      href: 'https://www.example.org/a',
      host: 'example.org',
    })
  })
  it.each([
    ['https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3', 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'],
    ['https://youtu.be/dQw4w9WgXcQ', 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'],
    ['https://m.youtube.com/shorts/dQw4w9WgXcQ', 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'],
    ['https://vimeo.com/channels/staff/76979871', 'https://player.vimeo.com/video/76979871?dnt=1'],
    [
      'https://peertube.example/w/4b8aGH6yBcVpD1kNqPqR7t',
      'https://peertube.example/videos/embed/4b8aGH6yBcVpD1kNqPqR7t',
    ],
    [
      'https://tube.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d',
      'https://tube.example/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d',
    ],
  ])('knows the player of %s', (href, player) => {
    expect(describeLink(href)?.player).toBe(player)
  })
  it.each(['https://www.youtube.com/', 'https://example.org/w/short', 'https://www.youtube.com/watch?v=a/../b'])(
    'finds no video at %s',
    (href) => {
      expect(describeLink(href)?.player).toBeUndefined()
    },
  )
  it('shows no link that a browser must not open', () => {
    expect(describeLink('javascript:alert(1)')).toBeNull()
    expect(describeLink(null)).toBeNull()
  })
})

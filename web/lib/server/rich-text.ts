import { LinkifyIt, type Match } from 'linkify-it'
import type { Piece, RichText } from '#lib/rich-text.ts'

// Only what a browser opens as a page: no mailto:, and no // without a scheme.
const links = new LinkifyIt({ fuzzyLink: true }).add('ftp:', null).add('mailto:', null).add('//', null)

/** Texts that were taken apart before, those asked for last at the end: every page shows the same ones again. */
const known = new Map<string, RichText>()
const mostKnown = 2000

/** Takes a text apart into paragraphs, lines, links and hashtags; the page makes elements of them. */
export function takeApart(text: string): RichText {
  const apart = known.get(text) ?? takeApartAnew(text)
  known.delete(text)
  known.set(text, apart)
  const [oldest] = known.keys()
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  return apart
}

/** Nobody puts more links into a text in earnest; further ones stay text. */
const mostLinks = 100

function takeApartAnew(text: string): RichText {
  if (text === '') return []
  let left = mostLinks
  return text.split(/\n{2,}/).map((paragraph) =>
    paragraph.split('\n').map((line) => {
      const found = left > 0 ? (links.match(line) ?? []).slice(0, left) : []
      left -= found.length
      return piecesOf(line, found)
    }),
  )
}

function piecesOf(line: string, found: Match[]): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const link of found) {
    // An address typed without its scheme has the empty one, and becomes https.
    const href = link.schema === '' ? link.url.replace(/^http:/, 'https:') : link.url
    pieces.push(...hashtagsOf(line.slice(end, link.index)), [link.text, href])
    end = link.lastIndex
  }
  pieces.push(...hashtagsOf(line.slice(end)))
  return pieces
}

/** A hashtag has at least one letter, so that “#1” stays a number. */
const hashtag = /(?<![\p{L}\p{M}\p{N}_/&])#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)/gu

function hashtagsOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const found of text.matchAll(hashtag)) {
    if (found.index > end) pieces.push(text.slice(end, found.index))
    pieces.push([found[0], `https://mastodon.social/tags/${encodeURIComponent(found[1] ?? '')}`])
    end = found.index + found[0].length
  }
  if (end < text.length) pieces.push(text.slice(end))
  return pieces
}

/** The hashtags of a text, each once, with their sign. */
export function hashtagsIn(text: string): string[] {
  return [...new Set([...text.matchAll(hashtag)].map(([tag]) => tag))]
}

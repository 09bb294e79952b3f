import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../question/rules.ts'
import { refuseNewIdea, safeLink } from './rules.ts'

describe('safeLink', () => {
  it.each([
    ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
    ['http://example.org', 'http://example.org/'],
    ['example.org/plan.pdf', 'https://example.org/plan.pdf'],
    ['example.org:8080/x', 'https://example.org:8080/x'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
  ])('takes %s', (typed, stored) => {
    expect(safeLink(typed)).toBe(stored)
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'https://',
    'https://user:secret@example.org/',
    'https:///x',
    'mailto:a@example.org',
    'localhost',
    'just words',
    '//',
  ])('refuses %s', (typed) => {
    expect(() => safeLink(typed)).toThrow(expect.objectContaining({ code: 'link_not_safe' }))
  })

  it('lets nothing through that is not http or https, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((text) => `javascript:${text}`),
        ),
        (typed) => {
          let stored: string
          try {
            stored = safeLink(typed)
          } catch {
            return
          }
          expect(stored).toMatch(/^https?:\/\/[^/]*\.[^/]*\//)
        },
      ),
    )
  })
})

describe('refuseNewIdea', () => {
  const limited = { ...defaultSettings, ideasPerParticipant: 2 }

  it('takes ideas up to the limit and no further', () => {
    expect(refuseNewIdea(limited, false, 1)).toBeNull()
    expect(refuseNewIdea(limited, false, 2)?.code).toBe('ideas_spent')
  })

  it('lets the owner add ideas also where others may not', () => {
    const off = { ...limited, newIdeas: false }
    expect(refuseNewIdea(off, false, 0)?.code).toBe('new_ideas_off')
    expect(refuseNewIdea(off, true, 9)).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { localIn, momentIn } from './zone.ts'

describe('momentIn', () => {
  it('knows winter from summer time', () => {
    expect(momentIn('Europe/Berlin', '2026-01-15T18:00')).toBe('2026-01-15T17:00:00.000Z')
    expect(momentIn('Europe/Berlin', '2026-07-15T18:00')).toBe('2026-07-15T16:00:00.000Z')
    expect(momentIn('Asia/Kathmandu', '2026-07-15T18:00')).toBe('2026-07-15T12:15:00.000Z')
  })
  it('makes something of the hours that the change of clocks leaves out or brings twice', () => {
    expect(momentIn('Europe/Berlin', '2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z')
    expect(momentIn('Europe/Berlin', '2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z')
  })
  it('takes nothing that is no time or no zone', () => {
    expect(momentIn('Europe/Berlin', 'soon')).toBeNull()
    expect(momentIn('Europe/Berlin', '2026-13-40T99:00')).toBeNull()
    expect(momentIn('Moon/Base', '2026-01-15T18:00')).toBeNull()
  })
})

it('shows a moment as the clocks of a zone do', () => {
  expect(localIn('America/New_York', '2026-01-15T17:00:00.000Z')).toBe('2026-01-15T12:00')
})

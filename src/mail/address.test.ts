import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalAddress, readAddress } from './address.ts'

describe('an address that somebody typed', () => {
  it.each([
    [' Bob@Example.ORG ', 'Bob@example.org'],
    ['bob+moot@mail.example.org', 'bob+moot@mail.example.org'],
    ["o'neil@example.org", "o'neil@example.org"],
    ['anna@münchen.de', 'anna@xn--mnchen-3ya.de'],
  ])('is read: %s', (typed, address) => {
    expect(readAddress(typed)).toBe(address)
  })

  it.each([
    ['', 'bob', '@example.org', 'bob@', 'bob@localhost', 'bob@127.0.0.1', 'bob@[127.0.0.1]', '"bob"@example.org'],
    ['bob@example.org, carol@example.org', 'bob@example.org;carol@example.org', 'Bob <bob@example.org>', 'a@b@c.org'],
    ['bob@example.org\r\nBcc: carol@example.org', 'bob\r\n@example.org', 'bob@exa\nmple.org', 'bob%0d%0a@exam ple.org'],
    ['bob..x@example.org', '.bob@example.org', 'bob@-example.org', 'bob@example', `${'b'.repeat(65)}@example.org`],
  ])('is refused where it is none, or more than one: %s, %s, %s …', (...typed) => {
    for (const one of typed) expect(readAddress(one), one).toBeNull()
  })

  it('never lets through what means something in a header or to a mail server', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (typed) => {
        for (const text of [typed, `${typed}@example.org`, `bob@${typed}`]) {
          const address = readAddress(text)
          expect(address ?? '').toMatch(/^[^\s<>,;:"()[\]\\@]*@?[a-z0-9.-]*$/)
          expect(address === null || readAddress(address) === address).toBe(true)
        }
      }),
    )
  })

  it('counts as the same in upper and lower case, and with anything after a plus', () => {
    for (const one of ['Bob@example.org', 'bob+1@example.org', 'BOB+two+3@example.org'])
      expect(canonicalAddress(one)).toBe('bob@example.org')
    expect(canonicalAddress('+bob@example.org')).toBe('+bob@example.org')
  })
})

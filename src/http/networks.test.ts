import { describe, expect, it } from 'vitest'
import { networksOf, tiers } from './networks.ts'

const namesOf = (address: string) => networksOf(address).map(({ name }) => name)

describe('networksOf', () => {
  it('names an office and a provider of an IPv4 address, also where it is written as IPv6', () => {
    expect(namesOf('203.0.113.7')).toEqual(['cb0071/24', 'cb00/16'])
    expect(namesOf('::ffff:203.0.113.7')).toEqual(namesOf('203.0.113.7'))
  })

  it('names four networks of an IPv6 address, each with more room than the one within it', () => {
    const networks = networksOf('2a02:1234:5678:9abc::7')
    expect(networks.map(({ name }) => name)).toEqual([
      '2a02123456789abc/64',
      '2a02123456789a/56',
      '2a0212345678/48',
      '2a021234/32',
    ])
    const shares = networks.map(({ tier }) => tiers[tier]?.share ?? 0)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(new Set(shares).size).toBe(4)
  })

  it.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.1.1', '169.254.1.1', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', ''])(
    'names none of %s, which is nobody’s out there',
    (address) => {
      expect(networksOf(address)).toEqual([])
    },
  )
})

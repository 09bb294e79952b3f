import ipaddr from 'ipaddr.js'

/** A network that an address lies in. */
export interface Network {
  /** Its address and length; names it among all networks. */
  name: string
  /** Its place among `tiers`. */
  tier: number
}

/**
 * How far one party's addresses commonly reach, and how many times what a school may that many of them may. Of IPv4 a
 * school or an office has one address or a few, and so have thousands of a provider's telephones; 256 of those make a
 * provider. Of IPv6 a home or an office has a /64 or a /56, a site a /48, a provider a /32, and a telephone a /64.
 */
export const tiers = [
  { kind: 'ipv4', bits: 24, share: 1 },
  { kind: 'ipv4', bits: 16, share: 64 },
  { kind: 'ipv6', bits: 64, share: 1 },
  { kind: 'ipv6', bits: 56, share: 2 },
  { kind: 'ipv6', bits: 48, share: 8 },
  { kind: 'ipv6', bits: 32, share: 128 },
] as const

/** Addresses that are nobody's out there: this machine and the network it stands in. */
const within = new Set(['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified'])

/**
 * The networks that an address lies in, the smallest first. None for an address of this machine or of the network it
 * stands in: there it is most likely a proxy that TRUST_PROXY does not name, and behind it is everyone.
 */
export function networksOf(address: string): Network[] {
  if (!ipaddr.isValid(address)) return []
  const ip = ipaddr.process(address)
  if (within.has(ip.range())) return []
  const bytes = Buffer.from(ip.toByteArray())
  return tiers.flatMap(({ kind, bits }, tier) =>
    kind === ip.kind() ? { name: `${bytes.subarray(0, bits / 8).toString('hex')}/${bits}`, tier } : [],
  )
}

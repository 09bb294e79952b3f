import { domainToASCII } from 'node:url'

/** The longest address that mail servers take (RFC 5321). */
export const longestAddress = 254

const local = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const domain = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?![0-9]+$)[a-z0-9-]{2,63}$/

/**
 * Reads an address that somebody typed. Nothing gets through that means anything in a header or to a mail server.
 * @returns it as letters go there; null for what is none. Names in quotes, comments and addresses by number are not taken
 */
export function readAddress(typed: string): string | null {
  const text = typed.trim()
  // What is made of a domain leaves out line ends on its way.
  if (/[\s\p{C}]/u.test(text)) return null
  const at = text.lastIndexOf('@')
  const [before, after] = [text.slice(0, at), domainToASCII(text.slice(at + 1)).toLowerCase()]
  if (at < 1 || before.length > 64 || !local.test(before) || !domain.test(after)) return null
  const address = `${before}@${after}`
  return address.length <= longestAddress ? address : null
}

/**
 * What an address counts as: upper and lower case are one, and what stands after a plus is left out, since whoever has one
 * mailbox has any number of those.
 * @param address as `readAddress` returns it
 */
export function canonicalAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const before = address.slice(0, at).toLowerCase()
  const plus = before.indexOf('+')
  return `${plus > 0 ? before.slice(0, plus) : before}@${address.slice(at + 1)}`
}

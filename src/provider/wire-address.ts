import { domainToASCII } from 'node:url'
import { oneLine } from '../edition/escape.ts'

/** An address as mail carries it, which knows domains in ASCII only (RFC 5891): other letters become A-labels. */
export function wireAddress(address: string): string {
  const plain = oneLine(address)
  const at = plain.lastIndexOf('@')
  const domain = plain.slice(at + 1)
  return /^[\x21-\x7e]*$/.test(domain) ? plain : `${plain.slice(0, at + 1)}${domainToASCII(domain) || domain}`
}

/**
 * A name and an address as a header wants them (RFC 5322 section 3.4): the name is quoted where it holds more than
 * letters, digits and blanks. Non-ASCII letters stay; whoever writes the header encodes them.
 */
export function mailbox(name: string, address: string): string {
  const plain = /^[\p{L}\p{N} ]+$/u.test(name)
  return `${plain ? name : `"${name.replace(/["\\]/g, '\\$&')}"`} <${address}>`
}

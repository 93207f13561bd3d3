// No non-ASCII local parts (Resend has no EAI), and domains as A-labels.
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/

/** The bare address of `email@example.com` or `Name <email@example.com>`, or undefined when it is neither. */
export function bareAddress(mailbox: string): string | undefined {
  if (CONTROL.test(mailbox)) return undefined
  const bracket = mailbox.endsWith('>') ? mailbox.lastIndexOf('<') : -1
  const address = bracket < 0 ? mailbox : mailbox.slice(bracket + 1, -1)
  return address.length <= 254 && ADDRESS.test(address) ? address : undefined
}

/** The part behind the last @, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

import { createHmac, timingSafeEqual } from 'node:crypto'

/** The three headers of a signed webhook, as they came. */
export type Signature = { readonly id: string; readonly timestamp: string; readonly signatures: string }

/** How far a signature's time may be from ours, both ways. */
const TOLERANCE_S = 5 * 60

/**
 * Whether one of `secrets` signed `body`, within five minutes of `now` (Standard Webhooks, as Svix and so Resend use
 * them). Not left to the `resend` SDK, which wraps the package `standardwebhooks`: that asks the machine's clock instead
 * of ours, takes `12x` for a number, and hashes what is left of the body after decoding it as UTF-8.
 * @param secrets base64, with or without `whsec_` before it; an empty one verifies nothing
 */
export function isSigned(
  body: Uint8Array,
  { id, timestamp, signatures }: Signature,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: Date },
): boolean {
  // A dot in the id would let id and time be told apart in two ways.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,200}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(Math.floor(now.getTime() / 1_000) - Number(timestamp)) > TOLERANCE_S) return false
  const given = signatures.split(' ').filter((one) => one.startsWith('v1,'))
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    if (key.length === 0) return false
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    return given.some((one) => isSame(Buffer.from(one.slice('v1,'.length), 'base64'), expected))
  })
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}

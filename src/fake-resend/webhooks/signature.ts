import { createHmac, randomBytes } from 'node:crypto'

/** A new signing secret: `whsec_`, and 24 random bytes in Base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}

/** The `svix-*` headers of one attempt. While a secret is being rotated, one signature for each that is still good. */
export function signedHeaders(secrets: readonly string[], id: string, now: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000))
  const signatures = secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`)
  return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signatures.join(' ') }
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return createHmac('sha256', key).update(content).digest('base64')
}

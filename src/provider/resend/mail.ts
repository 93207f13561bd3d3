import { Resend } from 'resend'
import type { Fetched, MailSource } from '../mail-source.ts'

/** What is more than this is no mail to us: the listener takes no more either. */
const MAX_BYTES = 5 * 1024 * 1024
const TIMEOUT_MS = 30_000

/** Mail that Resend takes in for a domain (`email.received`), fetched by their SDK. */
export function createResendMail({
  apiKey,
  baseUrl,
}: {
  readonly apiKey: string
  readonly baseUrl: string | null
}): MailSource {
  const resend = new Resend(apiKey, baseUrl === null ? {} : { baseUrl })
  return {
    name: 'resend',
    fetch: async (id, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      try {
        const { data, error } = await resend.emails.receiving.get(id, {}, { signal: limited })
        if (error) return error.statusCode === 404 ? gone(error.message) : later(error.message)
        const url = data.raw?.download_url
        return url ? await download(url, limited) : later('there is no link to the content yet')
      } catch (error) {
        return later(error instanceof Error ? error.message : 'no answer')
      }
    },
  }
}

/** The link is signed; no key goes with it. */
async function download(url: string, signal: AbortSignal): Promise<Fetched> {
  const response = await fetch(url, { signal, redirect: 'error' })
  if (!response.ok || !response.body) return later(`the content is answered with ${response.status}`)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body) {
    length += part.length
    if (length > MAX_BYTES) return gone(`it has more than ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return { kind: 'fetched', raw: Buffer.concat(parts) }
}

function gone(detail: string): Fetched {
  return { kind: 'gone', detail }
}

function later(detail: string): Fetched {
  return { kind: 'later', detail }
}

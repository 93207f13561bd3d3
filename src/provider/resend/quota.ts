import { z } from 'zod'
import type { DailyQuota } from '../provider.ts'
import type { Line } from './submit.ts'

const usage = z.object({
  emails: z.object({
    daily: z.object({ used: z.int().min(0), limit: z.int().positive().nullable(), resets_at: z.coerce.date() }),
  }),
})

/** Reads `GET /usage` (in the SDK since 6.30); null for a key that may only send, and for any other answer. */
export async function askQuota(line: Line, signal: AbortSignal): Promise<DailyQuota | null> {
  const exchange = await line.exchange({ method: 'GET', path: '/usage', headers: {}, signal })
  if (exchange.kind !== 'answer' || exchange.status !== 200) return null
  const read = usage.safeParse(jsonOf(exchange.text))
  if (!read.success) return null
  const { used, limit, resets_at: resetsAt } = read.data.emails.daily
  return { used, limit, resetsAt }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import type { Clock } from '../clock.ts'
import { type ApiError, apiErrors } from './errors.ts'
import type { Settings } from './options.ts'

/** Recipients and received emails of a team, a UTC day and a UTC month. */
export type Quota = {
  /** Counts `recipients`, or says which quota they would exceed; then none of them counts. */
  take(recipients: number): ApiError | undefined
  /** Counts one received email, which no quota keeps out. */
  receive(): void
  /** The used counts, as every answer carries them. */
  headers(): Readonly<Record<string, string>>
  used(): { readonly daily: QuotaUse; readonly monthly: QuotaUse }
}

/** What was used in a period that began at `since` (UTC). */
export type QuotaUse = { readonly sent: number; readonly received: number; readonly since: Date }

type Limits = Pick<Settings, 'dailyQuota' | 'monthlyQuota'>

/** The quotas are those of the time at which they are asked about. */
export function quotaCounter(limits: Limits, clock: Clock): Quota {
  let day = ''
  let daily = { sent: 0, received: 0 }
  let monthly = { sent: 0, received: 0 }

  function turnCalendar(): void {
    const today = clock.now().toISOString().slice(0, 10)
    if (today === day) return
    daily = { sent: 0, received: 0 }
    if (today.slice(0, 7) !== day.slice(0, 7)) monthly = { sent: 0, received: 0 }
    day = today
  }

  return {
    take(recipients) {
      turnCalendar()
      if (total(monthly) + recipients > limits.monthlyQuota) return apiErrors.monthlyQuota
      if (total(daily) + recipients > limits.dailyQuota) return apiErrors.dailyQuota
      daily.sent += recipients
      monthly.sent += recipients
      return undefined
    },
    receive() {
      turnCalendar()
      daily.received += 1
      monthly.received += 1
    },
    headers() {
      turnCalendar()
      return { 'x-resend-daily-quota': String(total(daily)), 'x-resend-monthly-quota': String(total(monthly)) }
    },
    used() {
      turnCalendar()
      return {
        daily: { ...daily, since: new Date(day) },
        monthly: { ...monthly, since: new Date(`${day.slice(0, 7)}-01`) },
      }
    },
  }
}

function total({ sent, received }: { sent: number; received: number }): number {
  return sent + received
}

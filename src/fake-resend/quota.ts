import type { Clock } from '../clock.ts'
import { type ApiError, apiErrors } from './errors.ts'
import type { Settings } from './options.ts'

/** Recipients a team has used up, a UTC day and a UTC month. */
export type Quota = {
  /** Counts `recipients`, or says which quota they would exceed; then none of them counts. */
  take(recipients: number): ApiError | undefined
  /** The used counts, as every answer carries them. */
  headers(): Readonly<Record<string, string>>
}

export function quotaCounter({ dailyQuota, monthlyQuota }: Settings, clock: Clock): Quota {
  let day = ''
  let usedToday = 0
  let usedThisMonth = 0

  function turnCalendar(): void {
    const today = clock.now().toISOString().slice(0, 10)
    if (today === day) return
    usedToday = 0
    if (today.slice(0, 7) !== day.slice(0, 7)) usedThisMonth = 0
    day = today
  }

  return {
    take(recipients) {
      turnCalendar()
      if (usedThisMonth + recipients > monthlyQuota) return apiErrors.monthlyQuota
      if (usedToday + recipients > dailyQuota) return apiErrors.dailyQuota
      usedToday += recipients
      usedThisMonth += recipients
      return undefined
    },
    headers() {
      turnCalendar()
      return { 'x-resend-daily-quota': String(usedToday), 'x-resend-monthly-quota': String(usedThisMonth) }
    },
  }
}

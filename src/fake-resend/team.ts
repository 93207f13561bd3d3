import type { Clock } from '../clock.ts'
import { type ApiError, apiErrors } from './errors.ts'
import { type IdempotencyKeys, idempotencyKeys } from './idempotency.ts'
import type { ApiKey, Settings } from './options.ts'
import { type Quota, quotaCounter } from './quota.ts'
import { type RateWindow, rateWindow } from './rate.ts'

/** What the keys of one team share. */
export type Team = { readonly rate: RateWindow; readonly quota: Quota; readonly keys: IdempotencyKeys }

/** Who calls. */
export type Caller = { readonly apiKey: ApiKey; readonly team: Team }

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'turned_away'; readonly error: ApiError }

/** Tells callers apart by their `Authorization` header. */
export type Gate = {
  admit(authorization: string | undefined): Admission
  /** The team of keys that name none. */
  defaultTeam(): Team
  clear(): void
}

export function gate(settings: Settings, clock: Clock): Gate {
  const teams = new Map<string, Team>()

  function teamOf({ team = 'default' }: ApiKey): Team {
    const known = teams.get(team)
    if (known) return known
    const fresh: Team = {
      rate: rateWindow(settings, clock),
      quota: quotaCounter(settings, clock),
      keys: idempotencyKeys(clock, settings),
    }
    teams.set(team, fresh)
    return fresh
  }

  return {
    admit(authorization) {
      const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
      if (key === undefined) return { kind: 'turned_away', error: apiErrors.missingApiKey }
      const apiKey = knownKey(key, settings.apiKeys)
      if (!apiKey) return { kind: 'turned_away', error: apiErrors.invalidApiKey }
      if (apiKey.suspended) return { kind: 'turned_away', error: apiErrors.suspendedApiKey }
      return { kind: 'admitted', caller: { apiKey, team: teamOf(apiKey) } }
    },
    defaultTeam: () => teamOf({ key: '' }),
    clear: () => teams.clear(),
  }
}

function knownKey(key: string, apiKeys: readonly ApiKey[] | undefined): ApiKey | undefined {
  if (apiKeys) return apiKeys.find((known) => known.key === key)
  return key.startsWith('re_') ? { key } : undefined
}

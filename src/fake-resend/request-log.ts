import type { Clock } from '../clock.ts'
import type { FaultKind } from './faults.ts'

/** One call to the API, as the client met it. */
export type LoggedRequest = {
  /** Milliseconds since 1970, when the request had come in whole. */
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | undefined
  readonly bytes: number
  /** Null as long as there is no answer. */
  status: number | null
  fault: FaultKind | undefined
}

/** What happened so far, and the latest calls one by one. */
export type RequestLog = {
  note(request: Pick<LoggedRequest, 'method' | 'path' | 'idempotencyKey' | 'bytes'>): LoggedRequest
  answered(entry: LoggedRequest, status: number): void
  /** How many calls came in, and how many were given each status. */
  totals(): { readonly requests: number; readonly byStatus: Readonly<Record<string, number>> }
  /** The latest 10,000, oldest first. */
  latest(): readonly LoggedRequest[]
  clear(): void
}

const KEPT = 10_000

export function requestLog(clock: Clock): RequestLog {
  let entries: LoggedRequest[] = []
  let requests = 0
  let byStatus: Record<string, number> = {}
  return {
    note(request) {
      const entry: LoggedRequest = { atMs: clock.now().getTime(), ...request, status: null, fault: undefined }
      requests += 1
      entries.push(entry)
      if (entries.length >= 2 * KEPT) entries = entries.slice(-KEPT)
      return entry
    },
    answered(entry, status) {
      entry.status = status
      byStatus[status] = (byStatus[status] ?? 0) + 1
    },
    totals: () => ({ requests, byStatus: { ...byStatus } }),
    latest: () => entries.slice(-KEPT),
    clear: () => {
      entries = []
      requests = 0
      byStatus = {}
    },
  }
}

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
  /** The `name` of the API's own error, if it was answered with one. */
  error: string | undefined
  fault: FaultKind | undefined
}

/** How many calls came in, and how many met what. */
export type RequestTotals = {
  readonly requests: number
  /** Answers that were written to their end. */
  readonly byStatus: Readonly<Record<string, number>>
  /** Refusals of the API itself, by name: `rate_limit_exceeded`, say. Faults are not among them. */
  readonly byError: Readonly<Record<string, number>>
  readonly byFault: Readonly<Record<string, number>>
}

/** What happened so far, and the latest calls one by one. */
export type RequestLog = {
  note(request: Pick<LoggedRequest, 'method' | 'path' | 'idempotencyKey' | 'bytes'>): LoggedRequest
  answered(entry: LoggedRequest, status: number): void
  refused(entry: LoggedRequest, name: string): void
  befell(entry: LoggedRequest, fault: FaultKind): void
  totals(): RequestTotals
  /** The latest 10,000, oldest first. */
  latest(): readonly LoggedRequest[]
  clear(): void
}

type Counts = Record<string, number>

const KEPT = 10_000

export function requestLog(clock: Clock): RequestLog {
  let entries: LoggedRequest[] = []
  let requests = 0
  let byStatus: Counts = {}
  let byError: Counts = {}
  let byFault: Counts = {}
  return {
    note(request) {
      const atMs = clock.now().getTime()
      const entry: LoggedRequest = { atMs, ...request, status: null, error: undefined, fault: undefined }
      requests += 1
      entries.push(entry)
      if (entries.length >= 2 * KEPT) entries = entries.slice(-KEPT)
      return entry
    },
    answered(entry, status) {
      entry.status = status
      count(byStatus, status)
    },
    refused(entry, name) {
      entry.error = name
      count(byError, name)
    },
    befell(entry, fault) {
      entry.fault = fault
      count(byFault, fault)
    },
    totals: () => ({ requests, byStatus: { ...byStatus }, byError: { ...byError }, byFault: { ...byFault } }),
    latest: () => entries.slice(-KEPT),
    clear: () => {
      entries = []
      requests = 0
      byStatus = {}
      byError = {}
      byFault = {}
    },
  }
}

function count(counts: Counts, what: string | number): void {
  counts[what] = (counts[what] ?? 0) + 1
}

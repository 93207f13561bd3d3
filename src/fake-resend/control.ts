import { z } from 'zod'
import type { AdjustableClock } from './clock.ts'
import { type Fault, type FaultInput, type FaultScript, faultSchema } from './faults.ts'
import type { AcceptedCount, AcceptedEmail, Mailbox } from './mailbox.ts'
import { ok, type Reply } from './reply.ts'
import type { LoggedRequest, RequestLog } from './request-log.ts'
import type { Gate } from './team.ts'

/** What a test steers the double with; `/_fake/*` offers the same over HTTP. */
export type FakeResendControl = {
  /** How often each delivery was accepted: the oracle for "exactly once". */
  accepted(): AcceptedCount
  /** Every accepted email, oldest first. */
  emails(): readonly AcceptedEmail[]
  /** The latest 10,000 calls, oldest first. */
  requests(): readonly LoggedRequest[]
  totals(): ReturnType<RequestLog['totals']>
  /** @throws ZodError when a fault is none */
  addFaults(...faults: readonly FaultInput[]): void
  pendingFaults(): readonly Fault[]
  clearFaults(): void
  /** Lets every call that a `hold` keeps waiting go on. */
  release(): void
  /** Puts the double's clock forward. */
  advance(ms: number): void
  /** Forgets everything: emails, keys, quotas, rate windows, faults and the log. Held calls go on. */
  reset(): void
}

export type ControlDeps = {
  readonly mailbox: Mailbox
  readonly log: RequestLog
  readonly faults: FaultScript
  readonly gate: Gate
  readonly clock: AdjustableClock
  readonly release: () => void
}

export function fakeResendControl({ mailbox, log, faults, gate, clock, release }: ControlDeps): FakeResendControl {
  return {
    accepted: mailbox.count,
    emails: mailbox.emails,
    requests: log.latest,
    totals: log.totals,
    addFaults: (...inputs) => {
      for (const input of inputs) faults.add(input)
    },
    pendingFaults: faults.pending,
    clearFaults: faults.clear,
    release,
    advance: clock.advance,
    reset: () => {
      release()
      faults.clear()
      mailbox.clear()
      log.clear()
      gate.clear()
    },
  }
}

const faultsBody = z.preprocess((body) => (Array.isArray(body) ? body : [body]), z.array(faultSchema))
const clockBody = z.strictObject({ advanceMs: z.int().nonnegative() })

type Endpoint = (control: FakeResendControl, body: unknown) => unknown

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /_fake/accepted': (control) => control.accepted(),
  'GET /_fake/emails': (control) => control.emails(),
  'GET /_fake/requests': (control) => ({ ...control.totals(), latest: control.requests() }),
  'GET /_fake/faults': (control) => control.pendingFaults(),
  'POST /_fake/faults': (control, body) => control.addFaults(...faultsBody.parse(body)),
  'DELETE /_fake/faults': (control) => control.clearFaults(),
  'POST /_fake/release': (control) => control.release(),
  'POST /_fake/clock': (control, body) => control.advance(clockBody.parse(body).advanceMs),
  'POST /_fake/reset': (control) => control.reset(),
}

/** Answers a call to `/_fake/*`; what is wrong with it is said in plain words. */
export function answerControl(control: FakeResendControl, method: string, path: string, bytes: Buffer): Reply {
  const endpoint = ENDPOINTS[`${method} ${path}`]
  if (!endpoint) return { status: 404, body: { error: 'No such control.', controls: Object.keys(ENDPOINTS) } }
  try {
    return ok(endpoint(control, bytes.length === 0 ? undefined : JSON.parse(bytes.toString())) ?? { done: true })
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 422, body: { error: z.prettifyError(error) } }
    if (error instanceof SyntaxError) return { status: 400, body: { error: 'The body is not JSON.' } }
    throw error
  }
}

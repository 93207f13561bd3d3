import { randomInt } from 'node:crypto'
import { z } from 'zod'

/**
 * Ways in which a call can go wrong. The names that end in `_after_accept`, and the spoilt answers, take the request in
 * first: everything that it asks for happens, and its idempotency key remembers that.
 */
export const FAULT_KINDS = [
  /** An error in the API's own form; nothing is accepted. `status` and `name` default to 500 `application_error`. */
  'error',
  /** The same after everything was accepted. */
  'error_after_accept',
  /** The connection is cut without an answer; nothing is accepted. */
  'drop',
  /** The answer is lost: accepted, then cut. */
  'drop_after_accept',
  /** No answer ever; nothing is accepted. */
  'hang',
  'hang_after_accept',
  /** 429 in plain text from a proxy in front of the API, without rate headers. */
  'local_rate_limited',
  /** 502 with a page of HTML. */
  'bad_gateway',
  /** 200 with JSON that ends too soon. */
  'truncated_json',
  /** 200, and the connection is cut in the middle of the announced body. */
  'cut_answer',
  /** The answer comes in small parts, `delayMs` apart. */
  'slow_answer',
  /** The answer comes twice on the same connection. */
  'duplicate_answer',
  /** The call waits, its key in use, until held calls are released; then it goes on as if nothing had been. */
  'hold',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** One line of the script: which calls a fault befalls. All conditions have to hold. */
export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  /** How many calls it befalls. Default 1, or `always` when there is a `probability`. */
  times: z.union([z.int().positive(), z.literal('always')]).optional(),
  /** How likely it is for a call that is meant, from 0 to 1. Default 1. */
  probability: z.number().min(0).max(1).optional(),
  /** How many matching calls pass unharmed first. Default 0. */
  skip: z.int().nonnegative().default(0),
  /** Only calls to this path. */
  path: z.string().optional(),
  /** Only calls with this idempotency key. */
  idempotencyKey: z.string().optional(),
  /** Only calls whose body holds these characters: a delivery id, an address. */
  containing: z.string().min(1).optional(),
  status: z.int().min(400).max(599).optional(),
  name: z.string().optional(),
  message: z.string().optional(),
  retryAfter: z.string().optional(),
  delayMs: z.int().nonnegative().default(20),
})

export type Fault = z.infer<typeof faultSchema> & { times: number | 'always' }
export type FaultInput = z.input<typeof faultSchema>

/** What a fault is matched against. */
export type FaultTarget = {
  readonly path: string
  readonly idempotencyKey: string | undefined
  readonly bytes: Buffer
}

/** The faults to come, in the order in which they were added. */
export type FaultScript = {
  /** @throws ZodError when the fault is none */
  add(input: FaultInput): void
  /** The fault that befalls this call, if any; uses it up. */
  take(target: FaultTarget): Fault | undefined
  pending(): readonly Fault[]
  clear(): void
}

export function faultScript(): FaultScript {
  let pending: Fault[] = []
  return {
    add: (input) => {
      const fault = faultSchema.parse(input)
      pending.push({ ...fault, times: fault.times ?? (fault.probability === undefined ? 1 : 'always') })
    },
    take: (target) => {
      for (const fault of pending.filter((candidate) => befalls(candidate, target))) {
        if (fault.skip > 0) {
          fault.skip -= 1
          continue
        }
        if (!strikes(fault)) continue
        if (fault.times !== 'always') fault.times -= 1
        if (fault.times === 0) pending = pending.filter((other) => other !== fault)
        return fault
      }
      return undefined
    },
    pending: () => pending,
    clear: () => {
      pending = []
    },
  }
}

function strikes({ probability = 1 }: Fault): boolean {
  return probability === 1 || randomInt(1_000_000) < probability * 1_000_000
}

function befalls(fault: Fault, { path, idempotencyKey, bytes }: FaultTarget): boolean {
  if (fault.path !== undefined && fault.path !== path) return false
  if (fault.idempotencyKey !== undefined && fault.idempotencyKey !== idempotencyKey) return false
  return fault.containing === undefined || bytes.includes(fault.containing)
}

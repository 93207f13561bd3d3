import type { SendId } from '../id.ts'

/** What can be asked of a worker. A job carries ids only: the rows decide what there is to do. */
export type Job =
  /** Freeze the audience of a send that is due. */
  | { readonly kind: 'prepare'; readonly sendId: SendId }
  /** Submit whatever is due; `sendId` only tells whose bell it was (null: single mail). */
  | { readonly kind: 'deliver'; readonly sendId: SendId | null }
  /** Apply the provider events that have come in. */
  | { readonly kind: 'events' }
  /** Deal with the mail that has come in. */
  | { readonly kind: 'inbound' }

/** `key` makes ringing idempotent while a job of that key waits; `runAt` is not before. Keys hold no `:`. */
export type Bell = { readonly job: Job; readonly key: string; readonly runAt?: Date }

/** Called once a job; `signal` aborts when the consumer is told to stop. Throwing is logged, never retried: the sweep rings again. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>

export type Consumer = {
  /** Takes no new job, aborts `signal`, waits up to `deadlineMs` for running ones. */
  stop(deadlineMs: number): Promise<void>
}

/**
 * The doorbell. Losing every job loses nothing, ringing twice is harmless, and a call that takes longer than 3 s is given
 * up: the rows are committed and the sweep will ring again.
 */
export interface Queue {
  /** `redis` or `postgres`, for people. */
  readonly backend: 'redis' | 'postgres'
  /** True when the bell was taken; false when the queue did not answer (logged, never thrown). */
  enqueue(bell: Bell): Promise<boolean>
  enqueueMany(bells: readonly Bell[]): Promise<boolean>
  consume(handler: JobHandler, options: { readonly concurrency: number }): Promise<Consumer>
  /** Resolves when no job waits or runs; for tests and orderly shutdown. Delayed jobs do not count. */
  drain(): Promise<void>
  /** Whether the backend answers, and what it is; for `doctor`. */
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
  close(): Promise<void>
}

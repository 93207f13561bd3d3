import { mailEvents } from '../inbound/event.ts'
import type { Logger } from '../log.ts'
import type { EventSource } from '../provider/events.ts'
import type { Bell } from '../queue/queue.ts'
import type { EventStore, ReadRaw } from '../store/events.ts'

export type ApplyDeps = {
  readonly store: { readonly events: Pick<EventStore, 'apply' | 'enforce'> }
  readonly eventSources: readonly EventSource[]
  readonly log: Logger
}

/** Rings for events to be applied. */
export const EVENTS_BELL: Bell = { job: { kind: 'events' }, key: 'events' }

/** How long events are kept after they came in, raw bytes included. */
export const KEEP_EVENTS_DAYS = 90

/**
 * Applies what is due of the stored provider events until nothing is or `signal` aborts. Any number may be at it, and
 * dying at any point leaves the rest to the next.
 */
export async function applyDueEvents({ store, eventSources, log }: ApplyDeps, signal: AbortSignal): Promise<void> {
  const read = readWith(eventSources)
  let isDone = false
  while (!isDone && !signal.aborted) {
    const applied = await store.events.apply(read)
    const { done, suppressed } = await store.events.enforce()
    if (suppressed > 0) log.info({ event: 'addresses_suppressed', addresses: suppressed })
    const taken = Object.values(applied).reduce((sum, count) => sum + count, 0)
    if (taken > 0) log.debug({ event: 'provider_events_applied', ...applied })
    isDone = taken === 0 && done === 0
  }
}

/** Deletes events that are dealt with and have been kept long enough, a part of them a call. */
export function pruneEvents(store: { readonly events: Pick<EventStore, 'prune'> }): Promise<number> {
  return store.events.prune(KEEP_EVENTS_DAYS)
}

function readWith(sources: readonly EventSource[]): ReadRaw {
  const byName = new Map([...sources, mailEvents].map((source) => [source.name, source]))
  return (provider, raw) =>
    byName.get(provider)?.read(raw) ?? {
      type: null,
      occurredAt: null,
      told: { kind: 'nothing', reason: 'not_readable' },
    }
}

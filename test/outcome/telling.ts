import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { DeliveryId, SendId } from '../../src/id.ts'
import type { Delivery } from '../../src/outcome/outcome.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import type { Store } from '../../src/store/store.ts'
import type { TestDatabase } from '../support/database.ts'
import { type EventFacts, resendEvent, storeEvent } from '../support/provider-events.ts'
import { deliverInTime, openSending, type Sending } from '../support/sending.ts'
import type { Tier } from '../support/tiers.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** What tests of provider events begin with: a send that went out, and somebody who tells what became of it. */
export type Telling = {
  readonly database: TestDatabase
  readonly sending: Sending
  readonly store: Store
  /** Begins with so many readers; everything from before is gone. */
  open(readers: number): Promise<void>
  sent(again?: boolean): Promise<SendId>
  /** Sends once more to those who were written to, as if they had been refused. */
  sentOnceMore(): Promise<SendId>
  /** Everybody's delivery, in the order of their addresses. */
  deliveries(sendId: SendId): Promise<readonly Delivery[]>
  /** The first delivery of a send of its own. */
  first(): Promise<Delivery>
  /** Stores an event; gives its id at Resend. */
  tell(type: string, facts: EventFacts): Promise<string>
  fateOf(id: DeliveryId): Promise<string | null | undefined>
  suppressed(): Promise<readonly string[]>
  /** States and reasons of the events, newest first. */
  states(): Promise<readonly string[]>
}

/** The tag and address of an event about a delivery. */
export function about({ id, address }: Delivery): EventFacts {
  return { delivery: id, to: address ?? '' }
}

/** Uses one database of a tier, emptied for every test. */
export function useTelling(tier: Tier): Telling {
  let database: TestDatabase
  let sending: Sending
  beforeAll(async () => {
    database = await tier.createDatabase()
  })
  beforeEach(() => database.empty())
  afterAll(() => database.drop())

  const telling: Telling = {
    get database() {
      return database
    },
    get sending() {
      return sending
    },
    get store() {
      return sending.store
    },
    open: async (readers) => {
      sending = await openSending(database, { readers })
    },
    sent: async (again = false) => {
      const id = await sending.schedule({ again })
      await prepareSend(sending, id)
      await deliverInTime(sending)
      await sending.store.sends.settle()
      return id
    },
    sentOnceMore: async () => {
      await database.pool.query(`update delivery set outcome = 'refused', reason = 'test'`)
      return telling.sent(true)
    },
    deliveries: async (sendId) => {
      const all: Delivery[] = []
      let after: string | undefined
      do {
        const page = await sending.store.deliveries.list({ sendId, limit: 100, after })
        all.push(...page.rows)
        after = page.next ?? undefined
      } while (after)
      const number = ({ address }: Delivery) => Number(/\d+/.exec(address ?? '')?.[0])
      return all.sort((a, b) => number(a) - number(b))
    },
    first: async () => {
      const [delivery] = await telling.deliveries(await telling.sent())
      if (!delivery) throw new Error('Nobody was written to.')
      return delivery
    },
    tell: (type, facts) => storeEvent(sending.store, resendEvent(type, facts)),
    fateOf: async (id) => (await sending.store.deliveries.get(id))?.fate,
    suppressed: async () => {
      const { rows } = await sending.store.suppressions.list({ limit: 100 })
      return rows.map(({ addressKey, reason }) => `${addressKey} ${reason}`)
    },
    states: async () => {
      const { rows } = await sending.store.events.list({ limit: 100 })
      return rows.map(({ state, reason }) => (reason ? `${state} ${reason}` : state))
    },
  }
  return telling
}

/** Every order in which `items` can come. */
export function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}

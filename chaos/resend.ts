import type { FaultInput } from '../src/fake-resend/faults.ts'
import { type FakeResendOptions, startFakeResend } from '../src/fake-resend/index.ts'
import type { Behaviour } from '../src/fake-resend/options.ts'
import { openGate } from './gate.ts'
import { answerParent, readOrders } from './process.ts'
import type { SinkAnswers } from './sink.ts'
import { type WorldTime, worldClock } from './time.ts'

export type ResendOrders = { readonly time: WorldTime; readonly options: FakeResendOptions }

export type ResendAnswers = SinkAnswers & {
  readonly statuses: Readonly<Record<string, number>>
  readonly change: null
}

// The double of Resend in a process of its own, behind a gate. It outlives every worker, so its count is the oracle.

const { time, options } = readOrders<ResendOrders>()
const clock = worldClock(time)
const fake = await startFakeResend({ lifecycle: 'none', ...options, clock, keepBodies: 0 })
const gate = await openGate(fake.port)

answerParent<ResendAnswers>({
  url: () => `http://127.0.0.1:${gate.port}`,
  putForward: (aheadMs: number) => {
    clock.putForward(aheadMs)
    return null
  },
  accepted: () => {
    const { byDelivery, emails } = fake.accepted()
    const readers: Record<string, number> = {}
    for (const { tags, to } of fake.emails()) {
      const reader = `${tags.send} ${to[0]}`
      readers[reader] = (readers[reader] ?? 0) + 1
    }
    return { messages: emails, byDelivery, byReader: readers }
  },
  cut: () => gate.cut(),
  down: () => gate.down().then(() => null),
  up: () => gate.up().then(() => null),
  addFaults: (faults: readonly FaultInput[]) => {
    fake.addFaults(...faults)
    return null
  },
  pendingFaults: () => fake.pendingFaults().reduce((sum, { times }) => sum + (times === 'always' ? 0 : times), 0),
  endFaults: () => {
    fake.clearFaults()
    fake.release()
    return null
  },
  statuses: () => fake.totals().byStatus,
  change: (behaviour: Behaviour) => {
    fake.change(behaviour)
    return null
  },
})

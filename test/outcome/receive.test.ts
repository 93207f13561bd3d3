import { expect, test } from 'vitest'
import { EVENTS_BELL } from '../../src/outcome/apply.ts'
import { createReceiver } from '../../src/outcome/receive.ts'
import type { EventSource } from '../../src/provider/events.ts'
import { FakeClock } from '../support/clock.ts'
import { SilentQueue } from '../support/sending.ts'

const source: EventSource = {
  name: 'somebody',
  verify: ({ headers }) => ({ kind: 'signed', eventId: String(headers.id) }),
  read: () => ({ type: null, occurredAt: null, told: { kind: 'nothing', reason: 'not_readable' } }),
}

test('a burst of new events rings once a second, and a known one not at all', async () => {
  const clock = new FakeClock()
  const queue = new SilentQueue()
  const known = new Set<string>()
  const receive = createReceiver({
    store: {
      events: { receive: async ({ eventId }) => known.size < known.add(eventId).size },
      inbound: { receive: async () => false },
    },
    inbound: null,
    queue,
    clock,
  })
  const tell = (id: string) => receive(source, { headers: { id }, body: Buffer.alloc(0) })
  for (const id of ['1', '2', '3']) expect(await tell(id)).toEqual({ kind: 'stored', isNew: true })
  expect(queue.rung).toEqual([EVENTS_BELL])
  await clock.advance(1_000)
  expect(await tell('3')).toEqual({ kind: 'stored', isNew: false })
  expect(queue.rung).toHaveLength(1)
  await tell('4')
  expect(queue.rung).toHaveLength(2)
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readResendEvent } from '../../../src/provider/resend/events.ts'
import { bounce, resendEvent } from '../../support/provider-events.ts'

const delivery = '7b1f3c1e-6f0a-4a55-9a36-0d2f5a8b9c10'
const to = 'ada@example.com'
const read = (event: unknown) => readResendEvent(Buffer.from(JSON.stringify(event)))
const reportOf = (type: string, more: object = {}) => {
  const { told } = read(resendEvent(type, { delivery, to, ...more }))
  return told.kind === 'message' ? told.report : told
}

describe('an event of Resend', () => {
  test('is read into our words', () => {
    expect(
      read(resendEvent('email.delivered', { delivery, to: 'Ada@EXAMPLE.com', at: '2026-01-05T09:00:00.894Z' })),
    ).toEqual({
      type: 'email.delivered',
      occurredAt: new Date('2026-01-05T09:00:00.894Z'),
      told: {
        kind: 'message',
        deliveryId: delivery,
        addressKey: 'ada@example.com',
        providerMessageId: '56761188-7520-42d8-8898-ff6fc54ce618',
        report: { kind: 'delivered' },
      },
    })
  })

  test('may have its tags as a list, and its domain in letters of its own', () => {
    const data = {
      tags: [
        { name: 'send', value: 'x' },
        { name: 'delivery', value: delivery },
      ],
    }
    expect(read(resendEvent('email.sent', { to: 'ada@bücher.example', data })).told).toMatchObject({
      deliveryId: delivery,
      addressKey: 'ada@xn--bcher-kva.example',
    })
  })

  test.each([
    ['email.sent', 'accepted'],
    ['email.scheduled', 'accepted'],
    ['email.opened', 'accepted'],
    ['email.clicked', 'accepted'],
    ['email.delivery_delayed', 'deferred'],
    ['email.delivered', 'delivered'],
    ['email.failed', 'failed'],
    ['email.complained', 'complained'],
  ])('of type %s says that a message was %s', (type, kind) => {
    expect(reportOf(type)).toEqual({ kind })
  })

  test.each([
    ['Permanent', 'General', 'permanent'],
    ['Permanent', 'NoEmail', 'permanent'],
    ['Permanent', 'Suppressed', 'permanent'],
    ['Permanent', 'ContentRejected', 'policy'],
    ['Transient', 'MessageTooLarge', 'policy'],
    ['Transient', 'MailboxFull', 'transient'],
    ['Temporary', 'General', 'transient'],
    ['Undetermined', 'Undetermined', 'transient'],
    ['Something new', '', 'transient'],
  ])('tells a bounce by its words: %s %s', (type, subType, kind) => {
    expect(reportOf('email.bounced', bounce(type, subType))).toEqual({ kind: 'bounced', bounce: kind })
  })

  test('that does not say how it bounced is no reason to suppress at once', () => {
    expect(reportOf('email.bounced')).toEqual({ kind: 'bounced', bounce: 'transient' })
  })

  test.each(['', 'null', '7', '"x"', '[]', '{"type":5}', '{"type":"email.bounced","data":[1,{"to":{}}]}'])(
    'that is %s says nothing, and never throws',
    (raw) => {
      expect(readResendEvent(Buffer.from(raw)).told).toEqual({ kind: 'nothing', reason: 'not_readable' })
    },
  )

  test('has no time where none can be read', () => {
    const at = (created_at: unknown) => read({ type: 'email.sent', created_at }).occurredAt
    expect([at('soon'), at(5), at(null), at('99999-01-01'), at('1970-01-01T00:00:00Z')]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
    expect(at('2024-11-22T23:41:11.894719+00:00')).toEqual(new Date('2024-11-22T23:41:11.894Z'))
  })
})

const SAMPLES = join(import.meta.dirname, '..', '..', '..', '..', 'shared/samples/webhooks/resend-events.json')

test.runIf(existsSync(SAMPLES))('reads events as Resend documents them', () => {
  const samples: Record<string, { type: string; data: object }> = JSON.parse(readFileSync(SAMPLES, 'utf8'))
  const told = Object.entries(samples).map(([type, event]) => {
    const ours = 'to' in event.data ? { ...event, data: { ...event.data, to: [to], tags: { delivery } } } : event
    const { told } = read(ours)
    return [type, told.kind === 'message' ? told.report : told]
  })
  expect(Object.fromEntries(told)).toEqual({
    'email.clicked': { kind: 'accepted' },
    'email.suppressed': { kind: 'suppressed', verdict: 'bounced' },
    'contact.created': { kind: 'nothing', reason: 'not_used' },
    'domain.created': { kind: 'nothing', reason: 'not_used' },
    'domain.updated': { kind: 'nothing', reason: 'not_used' },
  })
})

import { expect, test } from 'vitest'
import { fillEdition } from '../../src/edition/fill.ts'
import { countMessages, jsonBody } from '../../src/provider/json-body.ts'
import { assembleOutboxBatch, OUTBOX_WIRE } from '../../src/provider/outbox/assemble.ts'
import { assembleResendBatch, RESEND_WIRE } from '../../src/provider/resend/assemble.ts'
import { deliveryId, edition, frozen, recipient } from './batches.ts'

const batch = frozen({ recipients: [recipient(1, { first_name: 'Zoë\n"\\ \u2028', plan: 'paid' }), recipient(2)] })

test('makes the messages of the API, tagged with their delivery', () => {
  const messages = JSON.parse(Buffer.from(jsonBody(edition, batch).bytes).toString())
  expect(messages).toEqual(
    batch.recipients.map((member) => {
      const { subject, html, text, headers } = fillEdition(edition, { ...batch.shared, ...member.values })
      return {
        from: 'The Daily <news@example.com>',
        reply_to: 'desk@example.com',
        to: [member.address],
        subject,
        html,
        text,
        headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
        tags: [
          { name: 'delivery', value: member.deliveryId },
          { name: 'newsletter', value: 'daily' },
          { name: 'send', value: 's-1' },
        ],
      }
    }),
  )
})

test('leaves out what is not there, and never writes two delivery tags', () => {
  const bare = frozen({ replyTo: undefined, tags: { delivery: 'mine' }, recipients: [recipient(1)] })
  const [message] = JSON.parse(Buffer.from(jsonBody(edition, bare).bytes).toString())
  expect(message).not.toHaveProperty('reply_to')
  expect(message.tags).toEqual([{ name: 'delivery', value: deliveryId(1) }])
})

test('takes nothing over from one recipient to the next, nor from what every object has', () => {
  const slot = (name: string) => ({ slot: { kind: 'text', name, fallback: '-' }, context: 'text' }) as const
  const odd = { ...edition, text: [slot('constructor'), ' ', slot('__proto__'), ' ', slot('first_name')] }
  const own = JSON.parse('{"constructor":"c","__proto__":"p"}')
  const recipients = [recipient(1), recipient(2, own), recipient(3, { first_name: '' })]
  const messages = JSON.parse(Buffer.from(jsonBody(odd, frozen({ recipients })).bytes).toString())
  expect(messages.map(({ text }: { text: string }) => text)).toEqual(['- - Reader 1', 'c p Reader 2', '- - -'])
})

test.each([0, 1, 2, 100])('can be counted: %i messages', (count) => {
  const recipients = Array.from({ length: count }, (_, index) => recipient(index, { first_name: 'a\nb' }))
  const { bytes } = jsonBody(edition, frozen({ recipients }))
  expect(countMessages(bytes)).toBe(count)
  expect(JSON.parse(Buffer.from(bytes).toString())).toHaveLength(count)
})

// When this fails, the bytes of batches that are in doubt right now can no longer be rebuilt: raise the wire version of
// both providers, and only then write down the new hash.
test('makes the bytes that its wire version stands for', () => {
  const hash = '4414efaf3e8abb2871c5cf2b2ae9537f9e1965dadd3cccacdeb3078baea2a760'
  expect([RESEND_WIRE, assembleResendBatch(edition, batch).sha256]).toEqual(['resend-1', hash])
  expect([OUTBOX_WIRE, assembleOutboxBatch(edition, batch).sha256]).toEqual(['outbox-1', hash])
})

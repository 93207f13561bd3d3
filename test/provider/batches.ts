import type { Edition } from '../../src/edition/edition.ts'
import type { DeliveryId } from '../../src/id.ts'
import type { FrozenBatch, FrozenRecipient } from '../../src/provider/provider.ts'

const first_name = { kind: 'text', name: 'first_name', fallback: 'reader' } as const
const unsubscribe = { kind: 'url', name: 'unsubscribe' } as const

/** An edition with a slot in every part, a choice, and a text of several scripts. */
export const edition: Edition = {
  hash: 'e'.repeat(64),
  template: 'article',
  locale: 'en',
  subject: ['Grüße, ', { slot: first_name, context: 'header' }, ': "the" news'],
  html: [
    '<html><body><p>Dear ',
    { slot: first_name, context: 'html' },
    ',</p>\n<p>naïve café – “quotes” \\ \u{1F4F0}</p>',
    { attribute: 'plan', is: 'paid', shown: ['<p>Thank you.</p>'], otherwise: ['<p>Subscribe.</p>'] },
    '<a href="',
    { slot: unsubscribe, context: 'url' },
    '">Leave</a></body></html>',
  ],
  text: [
    'Dear ',
    { slot: first_name, context: 'text' },
    ',\n\n=trailing = \nLeave: ',
    { slot: unsubscribe, context: 'text' },
  ],
  headers: [
    { name: 'List-Unsubscribe', value: ['<', { slot: unsubscribe, context: 'header' }, '>'] },
    { name: 'List-Unsubscribe-Post', value: ['List-Unsubscribe=One-Click'] },
    { name: 'List-Id', value: ['The Daily <daily.example.com>'] },
  ],
}

export function deliveryId(number: number): DeliveryId {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as DeliveryId
}

export function recipient(number: number, values: Record<string, string> = {}): FrozenRecipient {
  return {
    deliveryId: deliveryId(number),
    address: `reader${number}@example.org`,
    values: { first_name: `Reader ${number}`, unsubscribe: `https://news.example.com/u/t${number}`, ...values },
  }
}

/** A batch, apart from what the test is about. */
export function frozen(more: Partial<FrozenBatch> = {}): FrozenBatch {
  return {
    editionHash: edition.hash,
    from: 'The Daily <news@example.com>',
    replyTo: 'desk@example.com',
    tags: { newsletter: 'daily', send: 's-1' },
    shared: { plan: 'free' },
    recipients: [recipient(1), recipient(2), recipient(3)],
    ...more,
  }
}

/** The same batch after a stay in a column that does not keep the order of names. */
export function reordered(batch: FrozenBatch): FrozenBatch {
  const backwards = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value
  return JSON.parse(JSON.stringify(batch, backwards))
}

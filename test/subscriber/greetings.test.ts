import { expect, test } from 'vitest'
import type { NewsletterId, SubscriberId } from '../../src/id.ts'
import { createLogger } from '../../src/log.ts'
import type { Newsletter } from '../../src/newsletter/newsletter.ts'
import { confirmReader } from '../../src/subscriber/confirm.ts'
import type { SubscriptionMove } from '../../src/subscriber/subscriber.ts'
import { leaveNewsletter } from '../../src/subscriber/unsubscribe.ts'

const newsletter = { id: 'n' as NewsletterId, slug: 'daily', welcomeMail: true, goodbyeMail: true } as Newsletter
const reader = 's' as SubscriberId
const said = { source: 'one_click' }

/** A newsletter whose templates of one's own do not work. */
function broken(was: SubscriptionMove['was']) {
  const moves: unknown[] = []
  const move = async (...[, , , mail]: readonly unknown[]): Promise<SubscriptionMove> => {
    moves.push(mail)
    return { was, moved: true }
  }
  return {
    moves,
    subscribers: { get: async () => null, confirm: move, unsubscribe: move },
    singleEdition: async () => Promise.reject(new Error('The template goodbye throws.')),
    links: { newsletter: () => 'https://news.example.com/n/daily' },
    queue: { enqueue: async () => true },
    log: createLogger('silent'),
  }
}

test('whoever leaves has left, though the mail that says goodbye cannot be made', async () => {
  const deps = broken('confirmed')
  expect(await leaveNewsletter(deps, newsletter, reader, said)).toBe(true)
  expect(deps.moves).toEqual([undefined])
})

test('whoever confirms is a reader, though the mail that welcomes them cannot be made', async () => {
  const deps = broken('pending')
  expect(await confirmReader(deps, newsletter, reader, said)).toBe('confirmed')
  expect(deps.moves).toEqual([undefined])
})

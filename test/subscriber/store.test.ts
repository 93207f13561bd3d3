import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewsletterId, SubscriberId } from '../../src/id.ts'
import { createImportStore } from '../../src/store/postgres/import.ts'
import { createNewsletterStore } from '../../src/store/postgres/newsletters.ts'
import { createSubscriberStore } from '../../src/store/postgres/subscribers.ts'
import { createSuppressionStore } from '../../src/store/postgres/suppressions.ts'
import type { SubscriptionAnswer, SubscriptionRequest } from '../../src/store/subscribers.ts'
import { FakeClock } from '../support/clock.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { importRows } from '../support/import-rows.ts'

const EDITION = 'e'.repeat(64)
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
// The database's time goes on while a test runs.
const SECONDS = 10_000

let database: TestDatabase
let newsletterId: NewsletterId
const clock = new FakeClock()

beforeAll(async () => {
  database = await createTestDatabase()
  await clock.attach(database.pool)
  await database.pool.query('insert into edition (hash, document) values ($1, $2)', [EDITION, '{}'])
  newsletterId = await addNewsletter('brief')
})

afterAll(() => database.drop())

async function addNewsletter(slug: string): Promise<NewsletterId> {
  const newsletter = await createNewsletterStore(database.pool).create({
    slug,
    name: slug,
    fromName: 'News',
    fromAddress: 'news@example.com',
    replyTo: null,
    postalAddress: 'Street 1, Town',
    homepage: null,
    locale: 'en',
    timeZone: 'UTC',
  })
  return newsletter?.id ?? ('' as NewsletterId)
}

const subscribers = () => createSubscriberStore(database.pool)
const suppressions = () => createSuppressionStore(database.pool)
const said = { source: 'form', wording: 'Yes.', ipHash: 'hash', userAgent: 'a browser' }

function request(address: string, more: Partial<SubscriptionRequest> = {}) {
  return subscribers().request({
    newsletterId,
    address,
    addressKey: address.toLowerCase(),
    firstName: '',
    locale: null,
    circumstances: said,
    maxConfirmations: 3,
    minGapMs: 10 * MINUTE,
    linkWorksMs: 7 * DAY,
    counts: [],
    confirmation: (subscriberId) => ({
      newsletterId,
      subscriberId,
      address,
      editionHash: EDITION,
      slotValues: { confirm: `https://example.com/confirm/${subscriberId}` },
    }),
    ...more,
  })
}

async function find(address: string) {
  const found = await subscribers().findByAddress(address.toLowerCase())
  if (found === null) throw new Error('not there')
  return { ...found, status: found.subscriptions.map(({ status }) => status).join() }
}

async function consents(id: SubscriberId): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ action: string }>(
    'select action from consent where subscriber_id = $1 order by id',
    [id],
  )
  return rows.map(({ action }) => action)
}

describe('a request', () => {
  test('leaves subscriber, pending subscription, consent and one single mail', async () => {
    expect(await request('Ada@example.com', { firstName: '$&<b>"' })).toBe('confirmation_written')
    const ada = await find('ada@example.com')
    expect(ada).toMatchObject({ address: 'Ada@example.com', firstName: '$&<b>"', attributes: {}, status: 'pending' })
    expect(await consents(ada.id)).toEqual(['requested'])
    const { rows } = await database.pool.query(
      `select batch.kind, batch.state, batch.send_id, batch.number, batch.recipients, delivery.address,
              delivery.slot_values, delivery.outcome
       from delivery
       join batch on batch.id = delivery.batch_id
       where subscriber_id = $1`,
      [ada.id],
    )
    expect(rows).toEqual([
      {
        kind: 'single',
        state: 'pending',
        send_id: null,
        number: 0,
        recipients: 1,
        address: 'Ada@example.com',
        slot_values: { confirm: `https://example.com/confirm/${ada.id}` },
        outcome: 'planned',
      },
    ])
  })

  test('is answered with three mails, ten minutes apart, then one whenever the last link has expired', async () => {
    const answers: SubscriptionAnswer[] = []
    for (const wait of [
      0,
      10 * MINUTE - SECONDS,
      2 * SECONDS,
      10 * MINUTE + SECONDS,
      10 * MINUTE + SECONDS,
      7 * DAY,
      10 * MINUTE + SECONDS,
      31 * DAY,
      10 * MINUTE + SECONDS,
    ]) {
      await clock.advance(wait)
      answers.push(await request('often@example.com'))
    }
    expect(answers).toEqual([
      'confirmation_written',
      'enough_confirmations',
      'confirmation_written',
      'confirmation_written',
      'enough_confirmations',
      'confirmation_written',
      'enough_confirmations',
      'confirmation_written',
      'confirmation_written',
    ])
  })

  test('that adds too much to one of its counts leaves nothing, and says to which', async () => {
    const count = (key: string, max: number) => ({ key, weight: 1, max, withinMs: MINUTE })
    const counts = [count('mailbox', 1), count('network', 2)]
    expect(await request('first@example.com', { counts })).toBe('confirmation_written')
    expect(await request('second@example.com', { counts })).toEqual({ tooMany: [counts[0]] })
    expect(await request('second@example.com', { counts })).toEqual({ tooMany: counts })
    expect(await subscribers().findByAddress('second@example.com')).toBeNull()
    await clock.advance(MINUTE + SECONDS)
    expect(await request('second@example.com', { counts })).toBe('confirmation_written')
  })

  test('made ten times at once writes one mail', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => request('race@example.com')))
    expect(answers.filter((answer) => answer === 'confirmation_written')).toHaveLength(1)
  })

  test('changes nothing for a reader, their name neither', async () => {
    await request('reader@example.com', { firstName: 'Rea' })
    const { id } = await find('reader@example.com')
    await subscribers().confirm(newsletterId, id, said)
    expect(await request('reader@example.com', { firstName: 'Mallory' })).toBe('already_confirmed')
    expect(await find('reader@example.com')).toMatchObject({ firstName: 'Rea', status: 'confirmed' })
  })

  test('keeps nothing of a suppressed address, and writes all the same, so that the time it takes does not tell', async () => {
    await suppressions().add({ addressKey: 'gone@example.com', newsletterId: null, reason: 'erased', source: 'test' })
    const written = async () => (await database.pool.query('select xmin, reason, source from suppression')).rows
    const before = await written()
    expect(await request('Gone@example.com')).toBe('suppressed')
    expect(await written()).toEqual(before.map((row) => ({ ...row, xmin: expect.not.stringMatching(row.xmin) })))
    expect(await subscribers().findByAddress('gone@example.com')).toBeNull()
  })

  test('whose mail cannot be made leaves nothing at all', async () => {
    const failing = request('broken@example.com', {
      confirmation: () => {
        throw new Error('no mail')
      },
    })
    await expect(failing).rejects.toThrow('no mail')
    expect(await subscribers().findByAddress('broken@example.com')).toBeNull()
  })
})

describe('requests', () => {
  test('are counted by key, by their weight, until its time is over', async () => {
    const ask = (key: string, weight = 1) =>
      subscribers().count([
        { key, weight, max: 4, withinMs: 10 * MINUTE },
        { key: `${key} too`, weight: 1, max: 1, withinMs: 20 * MINUTE },
      ])
    expect(await ask('a', 3)).toEqual([false, false])
    expect(await ask('a')).toEqual([false, true])
    expect(await ask('a')).toEqual([true, true])
    expect(await ask('b')).toEqual([false, false])
    await clock.advance(10 * MINUTE)
    expect(await ask('a')).toEqual([false, true])
    await clock.advance(20 * MINUTE)
    // What is over goes by and by, whoever asks.
    await ask('c')
    const { rows } = await database.pool.query('select key from request_count order by key')
    expect(rows.map(({ key }) => key)).toEqual(['c', 'c too'])
  })

  test('made at once are all counted', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => subscribers().count([{ key: 'once', weight: 1, max: 10, withinMs: MINUTE }])),
    )
    expect(answers.flat().filter(Boolean)).toHaveLength(10)
  })
})

describe('consent', () => {
  test('is given, withdrawn and given again, each written down once', async () => {
    await request('moves@example.com')
    const { id } = await find('moves@example.com')
    const store = subscribers()
    expect(await store.confirm(newsletterId, id, said)).toEqual({ was: 'pending', moved: true })
    expect(await store.confirm(newsletterId, id, said)).toEqual({ was: 'confirmed', moved: false })
    expect(await store.unsubscribe(newsletterId, id, said)).toEqual({ was: 'confirmed', moved: true })
    expect(await store.unsubscribe(newsletterId, id, said)).toEqual({ was: 'unsubscribed', moved: false })
    expect(await find('moves@example.com')).toMatchObject({ status: 'unsubscribed' })
    expect(await store.confirm(newsletterId, id, said)).toEqual({ was: 'unsubscribed', moved: false })
    expect(await store.comeBack(newsletterId, id, said)).toEqual({ was: 'unsubscribed', moved: true })
    expect(await find('moves@example.com')).toMatchObject({
      status: 'confirmed',
      subscriptions: [{ newsletterId, subscriberId: id, unsubscribedAt: null }],
    })
    expect(await consents(id)).toEqual(['requested', 'confirmed', 'unsubscribed', 'resubscribed'])
  })

  test('of nobody is unknown', async () => {
    const nobody = '00000000-0000-0000-0000-000000000000' as SubscriberId
    expect(await subscribers().confirm(newsletterId, nobody, said)).toEqual({ was: null, moved: false })
    expect(await subscribers().unsubscribe(newsletterId, nobody, said)).toEqual({ was: null, moved: false })
  })

  test('is kept as it was written, as long as its subscriber is there', async () => {
    await request('kept@example.com')
    const { id } = await find('kept@example.com')
    for (const statement of [`update consent set source = 'x'`, 'delete from consent', 'truncate consent']) {
      await expect(database.pool.query(statement)).rejects.toThrow('consent is only ever added to')
    }
    expect(await consents(id)).toEqual(['requested'])
    await database.pool.query('delete from subscriber where id = $1', [id])
    expect(await consents(id)).toEqual([])
  })

  test('cannot be withdrawn while a batch is being frozen, and is right after', async () => {
    await request('waiting@example.com')
    const { id } = await find('waiting@example.com')
    const freezing = await database.pool.connect()
    await freezing.query('begin')
    await freezing.query('select pg_advisory_xact_lock_shared(7301001)')
    let done = false
    const leaving = subscribers()
      .unsubscribe(newsletterId, id, said)
      .then(() => {
        done = true
      })
    await untilWaiting()
    expect(done).toBe(false)
    await freezing.query('commit')
    freezing.release()
    await leaving
    expect(await find('waiting@example.com')).toMatchObject({ status: 'unsubscribed' })
  })
})

test('what readers say about themselves waits for what they say about a subscription at that moment', async () => {
  await request('both@example.com')
  const { id } = await find('both@example.com')
  const pausing = await database.pool.connect()
  await pausing.query('begin')
  await pausing.query('update subscription set paused_until = null where subscriber_id = $1', [id])
  const details = { firstName: 'Both', locale: 'de', timeZone: null }
  const changing = subscribers().setDetails(newsletterId, id, details, said)
  await untilWaiting()
  await pausing.query(
    `insert into consent (newsletter_id, subscriber_id, action, source) values ($1, $2, 'paused', '')`,
    [newsletterId, id],
  )
  await pausing.query('commit')
  pausing.release()
  await changing
  expect(await find('both@example.com')).toMatchObject({ firstName: 'Both', locale: 'de' })
})

async function untilWaiting(): Promise<void> {
  const { rows } = await database.pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  if (rows.length === 0) await untilWaiting()
}

describe('lists', () => {
  test('go through all subscribers of a newsletter page by page, newest first, each once', async () => {
    const other = await addNewsletter('paged')
    const rows = Array.from({ length: 7 }, (_, index) => ({
      address: `p${index}@example.com`,
      addressKey: `p${index}@example.com`,
      firstName: '',
      attributes: {},
    }))
    await importRows(createImportStore(database.pool), other, rows)
    const left = await find('p3@example.com')
    await subscribers().unsubscribe(other, left.id, said)
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await subscribers().list({ limit: 2, after, newsletterId: other, status: 'confirmed' })
      seen.push(...page.rows.map(({ address }) => address))
      expect(page.rows.every(({ subscriptions }) => subscriptions.length === 1)).toBe(true)
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen.toSorted()).toEqual(['p0', 'p1', 'p2', 'p4', 'p5', 'p6'].map((name) => `${name}@example.com`))
  })

  test('refuse a cursor that they did not give out', async () => {
    await expect(subscribers().list({ limit: 2, after: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

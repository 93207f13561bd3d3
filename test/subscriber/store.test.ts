import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewsletterId, SubscriberId } from '../../src/id.ts'
import { createNewsletterStore } from '../../src/store/postgres/newsletters.ts'
import { createSubscriberStore } from '../../src/store/postgres/subscribers.ts'
import { createSuppressionStore } from '../../src/store/postgres/suppressions.ts'
import type { SubscriptionRequest } from '../../src/store/subscribers.ts'
import { FakeClock } from '../support/clock.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const EDITION = 'e'.repeat(64)
const MINUTE = 60_000
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

  test('is answered with at most three mails, ten minutes apart, until 30 days have passed', async () => {
    const answers: string[] = []
    for (const wait of [
      0,
      10 * MINUTE - SECONDS,
      2 * SECONDS,
      10 * MINUTE + SECONDS,
      10 * MINUTE + SECONDS,
      31 * 24 * 60 * MINUTE,
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
    ])
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

  test('keeps nothing of a suppressed address', async () => {
    await suppressions().add({ addressKey: 'gone@example.com', newsletterId: null, reason: 'erased', source: 'test' })
    expect(await request('Gone@example.com')).toBe('suppressed')
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

describe('consent', () => {
  test('is given, withdrawn and given again, each written down once', async () => {
    await request('moves@example.com')
    const { id } = await find('moves@example.com')
    const store = subscribers()
    expect(await store.confirm(newsletterId, id, said)).toBe(true)
    expect(await store.confirm(newsletterId, id, said)).toBe(true)
    expect(await store.unsubscribe(newsletterId, id, said)).toBe(true)
    expect(await store.unsubscribe(newsletterId, id, said)).toBe(true)
    expect(await find('moves@example.com')).toMatchObject({ status: 'unsubscribed' })
    expect(await store.confirm(newsletterId, id, said)).toBe(true)
    expect(await find('moves@example.com')).toMatchObject({
      status: 'confirmed',
      subscriptions: [{ newsletterId, subscriberId: id, unsubscribedAt: null }],
    })
    expect(await consents(id)).toEqual(['requested', 'confirmed', 'unsubscribed', 'resubscribed'])
  })

  test('of nobody is unknown', async () => {
    const nobody = '00000000-0000-0000-0000-000000000000' as SubscriberId
    expect(await subscribers().confirm(newsletterId, nobody, said)).toBe(false)
    expect(await subscribers().unsubscribe(newsletterId, nobody, said)).toBe(false)
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

async function untilWaiting(): Promise<void> {
  const { rows } = await database.pool.query(
    `select 1
     from pg_locks
     where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
  )
  if (rows.length === 0) await untilWaiting()
}

describe('an import', () => {
  const row = (address: string, firstName = '', attributes: Record<string, string> = {}) => ({
    address,
    addressKey: address.toLowerCase(),
    firstName,
    attributes,
  })
  const bring = (...rows: ReturnType<typeof row>[]) => subscribers().import(newsletterId, rows, { source: 'old shop' })

  test('adds people as confirmed, and a second time only adds what is new of them', async () => {
    expect(await bring(row('One@example.com', 'One', { city: 'Bern' }), row('two@example.com'))).toEqual({
      added: 2,
      updated: 0,
      keptUnsubscribed: 0,
      suppressed: 0,
    })
    expect(await bring(row('one@example.com', '', { colour: 'red' }))).toEqual({
      added: 0,
      updated: 1,
      keptUnsubscribed: 0,
      suppressed: 0,
    })
    const one = await find('one@example.com')
    expect(one).toMatchObject({
      address: 'One@example.com',
      firstName: 'One',
      attributes: { city: 'Bern', colour: 'red' },
      status: 'confirmed',
    })
    expect(await consents(one.id)).toEqual(['imported'])
  })

  test('confirms who has only asked', async () => {
    await request('asked@example.com')
    expect(await bring(row('asked@example.com'))).toMatchObject({ added: 1, updated: 0 })
    expect(await find('asked@example.com')).toMatchObject({ status: 'confirmed' })
  })

  test('brings back nobody who left, also when somebody has asked for them since, nor a suppressed address', async () => {
    await bring(row('left@example.com', 'Left'), row('left2@example.com'))
    for (const address of ['left@example.com', 'left2@example.com']) {
      await subscribers().unsubscribe(newsletterId, (await find(address)).id, said)
    }
    expect(await request('left2@example.com')).toBe('confirmation_written')
    await suppressions().add({ addressKey: 'bad@example.com', newsletterId, reason: 'bounced', source: 'test' })
    expect(await bring(row('left@example.com', 'Back'), row('left2@example.com'), row('bad@example.com'))).toEqual({
      added: 0,
      updated: 0,
      keptUnsubscribed: 2,
      suppressed: 1,
    })
    expect(await find('left@example.com')).toMatchObject({ status: 'unsubscribed', firstName: 'Left' })
    expect(await find('left2@example.com')).toMatchObject({ status: 'pending' })
    expect(await subscribers().findByAddress('bad@example.com')).toBeNull()
  })

  test('takes more rows than fit into one statement', async () => {
    const other = await addNewsletter('large')
    const rows = Array.from({ length: 12_001 }, (_, index) => row(`reader${index}@large.example.com`, `R${index}`))
    const result = await subscribers().import(other, rows, { source: 'large' })
    expect(result).toEqual({ added: 12_001, updated: 0, keptUnsubscribed: 0, suppressed: 0 })
    expect(await subscribers().anyConfirmed(other)).toMatchObject({ firstName: expect.stringMatching(/^R\d+$/) })
  })

  test('of nobody does nothing', async () => {
    expect(await bring()).toEqual({ added: 0, updated: 0, keptUnsubscribed: 0, suppressed: 0 })
  })
})

describe('lists', () => {
  test('go through all subscribers of a newsletter page by page, newest first, each once', async () => {
    const other = await addNewsletter('paged')
    const rows = Array.from({ length: 7 }, (_, index) => ({
      address: `p${index}@example.com`,
      addressKey: `p${index}@example.com`,
      firstName: '',
      attributes: {},
    }))
    await subscribers().import(other, rows, { source: 'test' })
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

describe('suppressions', () => {
  test('are added once, found, listed and lifted', async () => {
    const store = suppressions()
    const complaint = {
      addressKey: 'c@example.com',
      newsletterId: null,
      reason: 'complained',
      source: 'provider',
    } as const
    expect(await store.add(complaint)).toBe(true)
    expect(await store.add(complaint)).toBe(false)
    expect(await store.add({ ...complaint, newsletterId })).toBe(true)
    const found = await store.find('c@example.com')
    expect(found.map(({ newsletterId: id, reason, source }) => ({ id, reason, source }))).toEqual([
      { id: null, reason: 'complained', source: 'provider' },
      { id: newsletterId, reason: 'complained', source: 'provider' },
    ])
    expect(
      (await store.list({ limit: 100 })).rows.filter(({ addressKey }) => addressKey === 'c@example.com'),
    ).toHaveLength(2)
    for (const { id } of found) expect(await store.lift(id)).toBe(true)
    expect(await store.lift('nonsense')).toBe(false)
    expect(await store.find('c@example.com')).toEqual([])
  })
})

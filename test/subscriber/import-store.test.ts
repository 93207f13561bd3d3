import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewsletterId } from '../../src/id.ts'
import { newNewsletterSchema } from '../../src/newsletter/newsletter.ts'
import type { ImportRow, Meaning } from '../../src/store/imports.ts'
import { createImportStore } from '../../src/store/postgres/import.ts'
import { LOCKS } from '../../src/store/postgres/locks.ts'
import { createNewsletterStore } from '../../src/store/postgres/newsletters.ts'
import { createSubscriberStore } from '../../src/store/postgres/subscribers.ts'
import { createSuppressionStore } from '../../src/store/postgres/suppressions.ts'
import type { TestDatabase } from '../support/database.ts'
import { importRows } from '../support/import-rows.ts'
import { forEachDatabase } from '../support/tiers.ts'

const YEAR_AGO = new Date('2025-01-02T03:04:05Z')

forEachDatabase((tier) => {
  let database: TestDatabase
  let newsletterId: NewsletterId
  let names = 0

  beforeAll(async () => {
    database = await tier.createDatabase()
    newsletterId = await addNewsletter('morning')
  })
  afterAll(() => database.drop())

  async function addNewsletter(slug: string): Promise<NewsletterId> {
    const facts = { slug, name: slug, fromName: 'News', fromAddress: 'news@example.com', postalAddress: 'Street 1' }
    const made = await createNewsletterStore(database.pool).create(newNewsletterSchema.parse(facts))
    return made?.id ?? ('' as NewsletterId)
  }

  const subscribers = () => createSubscriberStore(database.pool)
  const suppressions = () => createSuppressionStore(database.pool)
  const imports = () => createImportStore(database.pool)
  const fresh = (name = 'reader') => `${name}${++names}@example.com`
  const row = (address: string, more: Partial<ImportRow> = {}): ImportRow => {
    return { address, addressKey: address.toLowerCase(), firstName: '', attributes: {}, ...more }
  }
  const means = (address: string, meaning: Meaning) => row(address, meaning === 'unconfirmed' ? {} : { means: meaning })
  const bring = (...rows: readonly ImportRow[]) => importRows(imports(), newsletterId, rows, { source: 'old shop' })
  const leave = async (address: string) => {
    const { id } = await find(address)
    await subscribers().unsubscribe(newsletterId, id, { source: 'page' })
  }
  const find = async (address: string) => {
    const found = await subscribers().findByAddress(address.toLowerCase())
    if (found === null) throw new Error(`${address} is not there.`)
    return { ...found, status: found.subscriptions.map(({ status }) => status).join() }
  }
  const confirmHere = async (address: string) => {
    await subscribers().comeBack(newsletterId, (await find(address)).id, { source: 'page' })
  }
  const consents = async (address: string) => {
    const { rows } = await database.pool.query<{ said: string }>(
      `select action || ' ' || source || coalesce(' ' || (detail ->> 'since')::timestamptz::date, '') as said
       from consent
       where subscriber_id = (select id from subscriber where address_key = $1)
       order by id`,
      [address],
    )
    return rows.map(({ said }) => said)
  }
  const isErased = (address: string) =>
    database.pool.query('insert into erased select erased_hash($1) on conflict do nothing', [address])

  describe('an import', () => {
    test('adds people as confirmed, and a second time only adds what is new of them', async () => {
      const [one, two] = [fresh('One'), fresh('two')]
      const known = { firstName: 'One', attributes: { city: 'Bern' }, since: YEAR_AGO }
      expect(await bring(row(one, known), row(two))).toEqual(['added', 'added'])
      expect(await bring(row(one, { attributes: { colour: 'red' }, timeZone: 'Europe/Bern' }))).toEqual(['updated'])
      expect(await find(one)).toMatchObject({
        address: one,
        firstName: 'One',
        attributes: { city: 'Bern', colour: 'red' },
        timeZone: 'Europe/Bern',
        subscriptions: [{ status: 'confirmed', confirmedAt: YEAR_AGO, unsubscribedAt: null }],
      })
      expect(await consents(one.toLowerCase())).toEqual(['imported old shop 2025-01-02'])
      expect(await consents(two)).toEqual(['imported old shop'])
    })

    test('takes a time that is still to come for now', async () => {
      const address = fresh()
      await bring(row(address, { since: new Date('2999-01-01') }))
      const [subscription] = (await find(address)).subscriptions
      expect(subscription?.confirmedAt?.getUTCFullYear()).toBeLessThan(2999)
    })

    test('confirms who has only asked', async () => {
      const address = fresh()
      await bring(row(address))
      await database.pool.query(
        `update subscription set status = 'pending', confirmed_at = null
         from subscriber where subscriber.id = subscriber_id and address_key = $1`,
        [address],
      )
      expect(await bring(row(address))).toEqual(['added'])
      expect(await find(address)).toMatchObject({ status: 'confirmed' })
    })

    test('brings back nobody who left, is suppressed or was erased', async () => {
      const [left, bad, everywhere, erased] = [fresh('left'), fresh('bad'), fresh('everywhere'), fresh('erased')]
      await bring(row(left, { firstName: 'Left' }))
      await leave(left)
      const why = { reason: 'bounced', source: 'test' } as const
      await suppressions().add({ addressKey: bad, newsletterId, ...why })
      await suppressions().add({ addressKey: everywhere, newsletterId: null, ...why })
      await isErased(erased)
      const all = [row(left, { firstName: 'Back' }), row(bad), row(everywhere), row(erased)]
      expect(await bring(...all)).toEqual(['kept_unsubscribed', 'kept_suppressed', 'kept_suppressed', 'erased'])
      expect(await find(left)).toMatchObject({ status: 'unsubscribed', firstName: 'Left' })
      for (const address of [bad, everywhere, erased]) expect(await subscribers().findByAddress(address)).toBeNull()
    })

    test('of another newsletter’s suppressed reader takes them in', async () => {
      const address = fresh()
      const other = await addNewsletter(`other-${tier.name}`)
      await suppressions().add({ addressKey: address, newsletterId: other, reason: 'manual', source: 'test' })
      expect(await bring(row(address))).toEqual(['added'])
    })
  })

  describe('whoever left elsewhere', () => {
    test('is kept out from now on', async () => {
      const address = fresh()
      expect(await bring(row(address, { means: 'unsubscribed', since: YEAR_AGO }))).toEqual(['unsubscribed'])
      expect(await find(address)).toMatchObject({
        subscriptions: [{ status: 'unsubscribed', confirmedAt: null, unsubscribedAt: YEAR_AGO }],
      })
      expect(await consents(address)).toEqual(['unsubscribed old shop 2025-01-02'])
      expect(await bring(row(address))).toEqual(['kept_unsubscribed'])
      expect(await bring(means(address, 'unsubscribed'))).toEqual(['kept_unsubscribed'])
      expect(await consents(address)).toHaveLength(1)
    })

    test('leaves, if they were only imported', async () => {
      const address = fresh()
      await bring(row(address))
      expect(await bring(means(address, 'unsubscribed'))).toEqual(['unsubscribed'])
      expect(await find(address)).toMatchObject({ status: 'unsubscribed' })
      expect(await consents(address)).toEqual(['imported old shop', 'unsubscribed old shop'])
    })

    test('stays, if they have confirmed here themselves; not, if they complained', async () => {
      const address = fresh()
      await bring(means(address, 'unsubscribed'))
      await confirmHere(address)
      expect(await bring(means(address, 'unsubscribed'))).toEqual(['kept_confirmed'])
      expect(await bring(means(address, 'bounced'))).toEqual(['kept_confirmed'])
      expect(await find(address)).toMatchObject({ status: 'confirmed' })
      expect(await suppressions().find(address)).toEqual([])
      expect(await bring(means(address, 'complained'))).toEqual(['suppressed'])
      expect(await find(address)).toMatchObject({ status: 'unsubscribed' })
    })

    test('and has asked here again can still confirm that, and is not confirmed by a file', async () => {
      const address = fresh()
      await bring(row(address))
      await database.pool.query(
        `update subscription set status = 'pending', confirmed_at = null
         from subscriber where subscriber.id = subscriber_id and address_key = $1`,
        [address],
      )
      expect(await bring(means(address, 'unsubscribed'))).toEqual(['unsubscribed'])
      expect(await bring(row(address))).toEqual(['kept_unsubscribed'])
      expect(await subscribers().confirm(newsletterId, (await find(address)).id, { source: 'page' })).toMatchObject({
        moved: true,
      })
      expect(await find(address)).toMatchObject({ status: 'confirmed' })
    })

    test('leaves only while no batch is being frozen', async () => {
      const address = fresh()
      await bring(row(address))
      const freezing = await database.pool.connect()
      await freezing.query('begin')
      await freezing.query('select pg_advisory_xact_lock_shared($1)', [LOCKS.consent])
      let isDone = false
      const leaving = bring(means(address, 'unsubscribed')).then((fates) => {
        isDone = true
        return fates
      })
      await untilWaiting()
      expect(isDone).toBe(false)
      await freezing.query('commit')
      freezing.release()
      expect(await leaving).toEqual(['unsubscribed'])
    })
  })

  async function untilWaiting(): Promise<void> {
    const { rowCount } = await database.pool.query(
      `select from pg_locks
       where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
    if (rowCount === 0) await untilWaiting()
  }

  test('who bounced, complained or was blocked elsewhere is suppressed everywhere, and nothing more is kept of them', async () => {
    const [bounced, complained, blocked, erased] = [fresh('b'), fresh('c'), fresh('s'), fresh('e')]
    await isErased(erased)
    const rows = [means(bounced, 'bounced'), means(complained, 'complained'), means(blocked, 'suppressed')]
    expect(await bring(...rows, means(erased, 'bounced'))).toEqual(['suppressed', 'suppressed', 'suppressed', 'erased'])
    expect(await bring(...rows)).toEqual(['kept_suppressed', 'kept_suppressed', 'kept_suppressed'])
    const found = await Promise.all([bounced, complained, blocked, erased].map((one) => suppressions().find(one)))
    expect(
      found.flat().map(({ addressKey, newsletterId: scope, reason, source }) => [addressKey, scope, reason, source]),
    ).toEqual([
      [bounced, null, 'bounced', 'import: old shop'],
      [complained, null, 'complained', 'import: old shop'],
      [blocked, null, 'manual', 'import: old shop'],
    ])
    for (const address of [bounced, complained, blocked]) expect(await subscribers().findByAddress(address)).toBeNull()
  })

  test('a complaint elsewhere counts for more than what suppresses an address here, and ends the subscription', async () => {
    const address = fresh()
    await bring(row(address))
    await suppressions().add({ addressKey: address, newsletterId: null, reason: 'bounced', source: 'test' })
    expect(await bring(means(address, 'complained'))).toEqual(['kept_suppressed'])
    expect((await suppressions().find(address)).map(({ reason }) => reason)).toEqual(['complained'])
    expect(await find(address)).toMatchObject({ status: 'unsubscribed' })
  })

  test('who is suppressed for this newsletter alone is not for all, because a file says so again', async () => {
    const address = fresh()
    await bring(row(address))
    await suppressions().add({ addressKey: address, newsletterId, reason: 'manual', source: 'test' })
    expect(await bring(means(address, 'suppressed'))).toEqual(['kept_suppressed'])
    expect((await suppressions().find(address)).map((one) => one.newsletterId)).toEqual([newsletterId])
    expect(await bring(means(address, 'bounced'))).toEqual(['suppressed'])
    expect((await suppressions().find(address)).map((one) => one.newsletterId)).toEqual([newsletterId, null])
  })

  describe('an address that stands in a file twice', () => {
    test('counts once, and as the strictest that is said of it', async () => {
      const [same, strict] = [fresh('same'), fresh('strict')]
      const run = await imports().open({ newsletterId, source: 'twice' })
      const set = [
        row(same),
        row(strict),
        row(same.toUpperCase()),
        means(strict, 'unsubscribed'),
        means(strict, 'confirmed'),
      ]
      expect(await run.take(set)).toEqual(['added', 'duplicate', 'duplicate', 'unsubscribed', 'duplicate'])
      expect(await run.take([row(same), means(same, 'unsubscribed')])).toEqual(['duplicate', 'unsubscribed'])
      await run.close()
      expect(await find(same)).toMatchObject({ status: 'unsubscribed' })
      expect(await find(strict)).toMatchObject({ status: 'unsubscribed' })
    })

    test('is forgotten when the import is over', async () => {
      const address = fresh()
      expect(await bring(row(address))).toEqual(['added'])
      expect(await bring(row(address))).toEqual(['updated'])
    })
  })

  test('a dry run tells what would become of every row, and writes nothing', async () => {
    const [known, left, addressToAdd, bounced] = [fresh(), fresh(), fresh(), fresh()]
    await bring(row(known), row(left))
    await leave(left)
    const rows = [
      row(known, { firstName: 'X' }),
      row(left),
      row(addressToAdd),
      means(bounced, 'bounced'),
      row(addressToAdd),
    ]
    const count = async () =>
      (
        await database.pool.query(
          'select (select count(*) from consent), (select count(*) from suppression), (select sum(xmin::text::bigint) from subscriber)',
        )
      ).rows
    const before = await count()
    expect(await importRows(imports(), newsletterId, rows, { dryRun: true })).toEqual([
      'updated',
      'kept_unsubscribed',
      'added',
      'suppressed',
      'duplicate',
    ])
    expect(await count()).toEqual(before)
  })

  test('two imports of the same people at once end well, in whatever order their rows stand', async () => {
    const addresses = Array.from({ length: 400 }, () => fresh('both'))
    const rows = addresses.map((address) => row(address))
    const [some, others] = await Promise.all([bring(...rows), bring(...rows.toReversed())])
    expect(some.concat(others).filter((fate) => fate !== 'added' && fate !== 'updated')).toEqual([])
    const { rows: counted } = await database.pool.query(
      `select count(*)::int as people, count(distinct subscriber_id)::int as subscribed
       from subscriber left join subscription on subscriber_id = id where address_key like 'both%'`,
    )
    expect(counted).toEqual([{ people: 400, subscribed: 400 }])
  })

  test('three imports may be under way in a process, and a fourth when one is over', async () => {
    const store = imports()
    const open = () => store.open({ newsletterId, source: 'test' })
    const three = [await open(), await open(), await open()]
    await expect(open()).rejects.toMatchObject({ code: 'too_many' })
    await three[0]?.close()
    await (await open()).close()
    await Promise.all(three.slice(1).map((run) => run.close()))
  })

  test('a set that fails leaves nothing, and the import can go on', async () => {
    const run = await imports().open({ newsletterId, source: 'test' })
    const [address, broken] = [fresh(), fresh()]
    await expect(run.take([row(address), row(broken, { attributes: { a: '\u0000' } })])).rejects.toThrow()
    expect(await subscribers().findByAddress(address)).toBeNull()
    expect(await run.take([row(address)])).toEqual(['added'])
    await run.close()
  })
})

import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPool, requireSupportedServer, transaction } from '../../../src/store/postgres/pool.ts'
import { createTestDatabase, type TestDatabase, testLog } from '../../support/database.ts'
import { freePort } from '../../support/servers.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query('create table note (text text)')
})
afterAll(() => database.drop())

describe('a pool', () => {
  test('reads counts as numbers, instants as dates, and days as they are written', async () => {
    const { rows } = await database.pool.query(
      `select count(*) as count, array[1, null]::int8[] as counts, '{}'::int8[] as none, 1.50::numeric as sum,
              '2026-01-05'::date as day, '2026-01-05T08:00:00+02'::timestamptz as instant from note`,
    )
    const instant = new Date('2026-01-05T06:00:00Z')
    expect(rows).toEqual([{ count: 0, counts: [1, null], none: [], sum: '1.50', day: '2026-01-05', instant }])
  })

  test('fails rather than round a number that is too large', async () => {
    const read = (text: string) => database.pool.query(`select ${text}::int8 as number`)
    expect((await read('9007199254740991')).rows).toEqual([{ number: 9_007_199_254_740_991 }])
    await expect(read('9007199254740992')).rejects.toThrow(RangeError)
  })

  test('commits durably and speaks UTC whatever the database and the connection string say', async () => {
    const { rows: names } = await database.pool.query('select current_database() as name')
    await database.pool.query(`alter database ${names[0]?.name} set synchronous_commit = off`)
    const options = encodeURIComponent('-c synchronous_commit=off -c timezone=Asia/Tokyo -c statement_timeout=7s')
    const url = `${database.url}&options=${options}`
    const pool = createPool({ url, applicationName: 'a test', searchPath: 'bullmq,public', log: testLog })
    const names2 = ['synchronous_commit', 'timezone', 'statement_timeout', 'search_path', 'application_name']
    const { rows } = await pool.query(`select array[${names2.map((name) => `current_setting('${name}')`)}] as settings`)
    expect(rows).toEqual([{ settings: ['on', 'UTC', '7s', 'bullmq,public', 'a test'] }])
    await pool.end()
  })

  test('has the server end a session that hangs in a transaction, well before a lease runs out', async () => {
    const { rows } = await database.pool.query(`select current_setting('idle_in_transaction_session_timeout') as after`)
    expect(rows).toEqual([{ after: '30s' }])
  })

  test('logs a connection that is lost while idle, and replaces it', async () => {
    const events: string[] = []
    const lines = new Writable({
      write: (chunk, _, done) => {
        events.push(JSON.parse(String(chunk)).event)
        done()
      },
    })
    const pool = createPool({ url: database.url, applicationName: 'a test', log: pino(lines) })
    const { rows } = await pool.query('select pg_backend_pid() as pid')
    await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await vi.waitFor(() => expect(events).toEqual(['database_connection_lost']))
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('knows whether there is a server that will do', async () => {
    expect(await requireSupportedServer(database.pool)).toEqual({ version: expect.stringMatching(/^18\./) })
    const url = `postgresql://127.0.0.1:${await freePort()}/pressroom`
    const nowhere = createPool({ url, applicationName: 'a test', log: testLog })
    await expect(requireSupportedServer(nowhere)).rejects.toMatchObject({ code: 'unavailable' })
    await nowhere.end()
  })
})

describe('a transaction', () => {
  const notes = async () =>
    (await database.pool.query('select text from note order by text')).rows.map((row) => row.text)

  test('commits and gives what its function gives', async () => {
    const result = await transaction(database.pool, async (tx) => {
      await tx.query(`insert into note values ('kept')`)
      return 7
    })
    expect(result).toBe(7)
    expect(await notes()).toEqual(['kept'])
  })

  test('takes everything back when its function throws, and lets the error through', async () => {
    const error = new Error('This test throws it.')
    const attempt = transaction(database.pool, async (tx) => {
      await tx.query(`insert into note values ('lost')`)
      throw error
    })
    await expect(attempt).rejects.toBe(error)
    expect(await notes()).toEqual(['kept'])
  })

  test('throws away a connection that broke in it', async () => {
    const attempt = transaction(database.pool, async (tx) => {
      await tx.query(`insert into note values ('lost')`)
      await tx.query('select pg_terminate_backend(pg_backend_pid())')
    })
    await expect(attempt).rejects.toMatchObject({ code: '57P01' })
    expect(await notes()).toEqual(['kept'])
    expect(database.pool.idleCount).toBe(database.pool.totalCount)
  })
})

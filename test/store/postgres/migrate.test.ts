import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { createEmptyDatabase, type TestDatabase } from '../../support/database.ts'
import { forEachTier } from '../../support/tiers.ts'

describe('migrations', () => {
  let database: TestDatabase
  let directory: string
  beforeEach(async () => {
    database = await createEmptyDatabase()
    directory = mkdtempSync(join(tmpdir(), 'pressroom-migrations-'))
  })
  afterEach(async () => {
    await database.drop()
    rmSync(directory, { recursive: true })
  })

  const write = (name: string, text: string) => writeFileSync(join(directory, name), text)
  const run = () => migrate(database.pool, directory)
  const tables = async () => {
    const { rows } = await database.pool.query(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'pressroom%' order by 1`,
    )
    return rows.map(({ name }) => name)
  }

  test('apply in the order of their numbers, each once', async () => {
    write('002_two.sql', 'alter table one add column two int;')
    write('001_one.sql', 'create table one (); create table other ();')
    expect(await run()).toEqual({ applied: ['001_one', '002_two'] })
    write('003_three.sql', 'create table three ();')
    expect(await run()).toEqual({ applied: ['003_three'] })
    expect(await run()).toEqual({ applied: [] })
    expect(await tables()).toEqual(['one', 'other', 'three'])
  })

  test('bring the queue’s own tables when there are none of ours yet', async () => {
    expect(await run()).toEqual({ applied: [] })
    const { rows } = await database.pool.query(`select to_regclass('bullmq.job') is not null as there`)
    expect(rows).toEqual([{ there: true }])
  })

  test('apply once when two processes start together', async () => {
    write('001_one.sql', 'create table one ();')
    const results = await Promise.all([run(), run(), run()])
    expect(results.flatMap(({ applied }) => applied)).toEqual(['001_one'])
  })

  test('apply wholly or not at all', async () => {
    write('001_one.sql', 'create table one ();')
    write('002_two.sql', 'create table two (); select 1 / 0;')
    await expect(run()).rejects.toMatchObject({ code: 'internal', message: 'The migration 002_two failed.' })
    expect(await tables()).toEqual([])
    write('002_two.sql', 'create table two ();')
    expect(await run()).toEqual({ applied: ['001_one', '002_two'] })
  })

  test('refuse a file that was changed after it had been applied', async () => {
    write('001_one.sql', 'create table one ();')
    await run()
    write('001_one.sql', 'create table one (id int);')
    await expect(run()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('001_one was changed'),
    })
  })

  test('take other line ends for no change', async () => {
    write('001_one.sql', 'create table one (\n);\n')
    await run()
    write('001_one.sql', 'create table one (\r\n);\r\n')
    expect(await run()).toEqual({ applied: [] })
  })

  test('refuse a database that is newer than they are', async () => {
    write('001_one.sql', 'create table one ();')
    await run()
    rmSync(join(directory, '001_one.sql'))
    await expect(run()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is newer than') })
  })

  test('refuse a file without a number', async () => {
    write('one.sql', 'create table one ();')
    await expect(run()).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('one.sql') })
  })
})

forEachTier((tier) => {
  test('all of ours are in a database made with them', async () => {
    const database = await tier.createDatabase()
    const { rows } = await database.pool.query('select name from pressroom_migration_checksum order by name')
    const files = readdirSync(join(import.meta.dirname, '../../../migrations')).filter((name) => name.endsWith('.sql'))
    expect(rows.map(({ name }) => `${name}.sql`)).toEqual(files.sort())
    expect(await migrate(database.pool)).toEqual({ applied: [] })
    await database.drop()
  })
})

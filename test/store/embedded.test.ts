import { existsSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, inject, test, vi } from 'vitest'
import { AppError } from '../../src/error.ts'
import { findBinaries } from '../../src/store/embedded/binaries.ts'
import { ask, directoryWithCluster, serverPid, start, startElsewhere, temporaryDirectory } from './embedded-support.ts'

// A cluster is made in most of these; a busy machine takes its time for that.
vi.setConfig({ testTimeout: 120_000 })

describe('the embedded database', () => {
  test('keeps what is written in it from one start to the next', async () => {
    const dataDir = temporaryDirectory()
    const first = await start(dataDir)
    await ask(first.url, 'create table kept as select 7 as number')
    await first.stop()
    expect(serverPid(dataDir)).toBeNull()
    const second = await start(dataDir)
    expect(await ask(second.url, 'select number from kept')).toBe(7)
  })

  test('is durable, sorts alike everywhere, and listens on no network', async () => {
    const { url } = await start(await directoryWithCluster())
    const settings = ['fsync', 'synchronous_commit', 'autovacuum', 'listen_addresses', 'server_encoding', 'TimeZone']
    const values = await ask(url, `select array[${settings.map((name) => `current_setting('${name}')`)}]`)
    expect(values).toEqual(['on', 'on', 'on', '', 'UTF8', 'UTC'])
    expect(await ask(url, `select lower('ÄÇÉÑ') || upper('ßø')`)).toBe('äçéñßØ')
    expect(await ask(url, 'show server_version')).toMatch(/^18\./)
  })

  test('makes further databases, and takes one that exists as it is', async () => {
    const server = await start(await directoryWithCluster())
    const url = await server.createDatabase(`with "quotes"`)
    expect(await server.createDatabase(`with "quotes"`)).toBe(url)
    expect(await ask(url, 'select current_database()')).toBe(`with "quotes"`)
  })

  test('is one server for all who start it at once, and stops with the last of them', async () => {
    const dataDir = temporaryDirectory()
    const [one, two, three] = await Promise.all([start(dataDir), start(dataDir), startElsewhere(dataDir)])
    const pid = serverPid(dataDir)
    expect(new Set([one.url, two.url, three.url]).size).toBe(1)
    await one.stop()
    await three.stop()
    expect(serverPid(dataDir)).toBe(pid)
    expect(await ask(two.url, 'select 1')).toBe(1)
    await two.stop()
    expect(serverPid(dataDir)).toBeNull()
  })

  test('stops when all let go in the same moment, and starts again for who comes just then', async () => {
    const dataDir = await directoryWithCluster()
    const servers = await Promise.all([start(dataDir), start(dataDir), start(dataDir)])
    const [late] = await Promise.all([start(dataDir), ...servers.map((server) => server.stop())])
    expect(await ask(late.url, 'select 1')).toBe(1)
    await late.stop()
    expect(serverPid(dataDir)).toBeNull()
  })

  test('lives on when its process is killed, and is adopted by the next', async () => {
    const dataDir = await directoryWithCluster()
    const other = await startElsewhere(dataDir)
    await ask(other.url, 'create table kept as select 7 as number')
    const pid = serverPid(dataDir)
    await other.kill()
    expect(serverPid(dataDir)).toBe(pid)
    const next = await start(dataDir)
    expect(await ask(next.url, 'select number from kept')).toBe(7)
    expect(serverPid(dataDir)).toBe(pid)
    await next.stop()
    expect(serverPid(dataDir)).toBeNull()
  })

  test('is started again when it dies under a process, and has lost no commit', async () => {
    const dataDir = await directoryWithCluster()
    const { url, stop } = await start(dataDir)
    await ask(url, 'create table kept as select 7 as number')
    const pid = serverPid(dataDir)
    if (pid !== null) process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => expect(await ask(url, 'select number from kept')).toBe(7), { timeout: 20_000 })
    expect(serverPid(dataDir)).not.toBe(pid)
    await stop()
    expect(serverPid(dataDir)).toBeNull()
  })

  test('starts although the number in its lock file now belongs to another process', async () => {
    const dataDir = await directoryWithCluster()
    const cluster = join(dataDir, 'postgres')
    const lines = [process.pid, cluster, 1, 5432, join(dataDir, 'run'), '', '']
    writeFileSync(join(cluster, 'postmaster.pid'), lines.join('\n'))
    const { url } = await start(dataDir)
    expect(await ask(url, 'show data_directory')).toBe(cluster)
  })

  test('never takes another server for its own, whatever its lock file says', async () => {
    const dataDir = await directoryWithCluster()
    const cluster = join(dataDir, 'postgres')
    const elsewhere = new URL(inject('servers').embedded).searchParams.get('host')
    writeFileSync(join(cluster, 'postmaster.pid'), [process.pid, cluster, 1, 5432, elsewhere, '', ''].join('\n'))
    const { url } = await start(dataDir)
    expect(await ask(url, 'show data_directory')).toBe(cluster)
  })

  test('refuses the data of another version of PostgreSQL', async () => {
    const dataDir = await directoryWithCluster()
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    const error = await start(dataDir).catch((error) => error)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('is of PostgreSQL 17') })
  })

  test('says what to do on a platform without binaries', async () => {
    const error = await findBinaries('freebsd', 'x64').catch((error) => error)
    expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('Set DATABASE_URL') })
  })

  test('tells why it does not start', async () => {
    const dataDir = await directoryWithCluster()
    const error = await start(dataDir, { settings: { wal_level: 'nonsense' } }).catch((error) => error)
    expect(error).toMatchObject({
      code: 'unavailable',
      cause: { message: expect.stringContaining('invalid value for parameter "wal_level"') },
    })
  })

  test('works below a path that is too long for a socket', async () => {
    const dataDir = join(temporaryDirectory(), 'a-long-name-'.repeat(12))
    const { url, stop } = await start(dataDir)
    expect(existsSync(join(dataDir, 'postgres', 'PG_VERSION'))).toBe(true)
    expect(await ask(url, 'select 1')).toBe(1)
    const run = new URL(url).searchParams.get('host') ?? ''
    expect(run.startsWith(dataDir)).toBe(false)
    expect(statSync(run).mode & 0o777).toBe(0o700)
    await stop()
    rmdirSync(run)
  })

  test('asks for a password where it has to listen on TCP, and then listens on loopback only', async () => {
    const dataDir = temporaryDirectory()
    const { url } = await start(dataDir, { transport: 'tcp' })
    expect(await ask(url, 'show listen_addresses')).toBe('127.0.0.1')
    const file = join(dataDir, 'postgres.password')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(new URL(url).searchParams.get('password')).toBe(readFileSync(file, 'utf8').trim())
    const stranger = new URL(url)
    stranger.searchParams.set('password', 'guessed')
    await expect(ask(stranger.href, 'select 1')).rejects.toBeInstanceOf(pg.DatabaseError)
    const second = await start(dataDir, { transport: 'tcp' })
    expect(second.url).toBe(url)
  })
})

import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { isRoot, unprivilegedAccount } from '../../src/store/embedded/account.ts'
import { findBinaries, linkLibraries, runnableBinaries } from '../../src/store/embedded/binaries.ts'
import { ask, serverPid, start, startElsewhere, temporaryDirectory } from './embedded-support.ts'

vi.setConfig({ testTimeout: 120_000 })

test('makes the links between libraries that npm left out without scripts', async () => {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'native', 'lib'), { recursive: true })
  writeFileSync(join(directory, 'native', 'lib', 'libx.so.1.2'), 'code')
  const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' }]
  writeFileSync(join(directory, 'native', 'pg-symlinks.json'), JSON.stringify(links))
  await linkLibraries(directory)
  await linkLibraries(directory)
  expect(readFileSync(join(directory, 'native', 'lib', 'libx.so'), 'utf8')).toBe('code')
})

describe.runIf(isRoot())('the embedded database of root', () => {
  test('runs under an account that exists and is not root', async () => {
    const dataDir = temporaryDirectory()
    await start(dataDir)
    const { uid } = await unprivilegedAccount()
    expect(uid).not.toBe(0)
    expect(statSync(`/proc/${serverPid(dataDir)}`).uid).toBe(uid)
  })

  test('is kept elsewhere when that account cannot enter DATA_DIR, and found there again', async () => {
    const closed = temporaryDirectory(0o700)
    const shelter = temporaryDirectory()
    const dataDir = join(closed, '.pressroom')
    const first = await start(dataDir, { shelter })
    await ask(first.url, 'create table kept as select 7 as number')
    await first.stop()
    const { home } = JSON.parse(readFileSync(join(dataDir, 'embedded.json'), 'utf8'))
    expect(dirname(home)).toBe(shelter)
    chmodSync(closed, 0o711)
    const second = await start(dataDir, { shelter })
    expect(await ask(second.url, 'select number from kept')).toBe(7)
    await second.stop()
  })

  test('is never replaced by an empty one when its account can no longer enter DATA_DIR', async () => {
    const parent = temporaryDirectory()
    const dataDir = join(parent, '.pressroom')
    await (await start(dataDir)).stop()
    chmodSync(parent, 0o700)
    const error = await start(dataDir, { shelter: temporaryDirectory() }).catch((error) => error)
    expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('can no longer enter') })
  })

  test('is never replaced by an empty one when the place it was kept in is gone', async () => {
    const closed = temporaryDirectory(0o700)
    const shelter = temporaryDirectory()
    await (await start(closed, { shelter })).stop()
    rmSync(shelter, { recursive: true })
    const error = await start(closed, { shelter }).catch((error) => error)
    expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('which is gone') })
  })

  test('runs from a copy of the binaries when the checkout is closed to its account', async () => {
    const account = await unprivilegedAccount()
    const found = await findBinaries()
    const closed = temporaryDirectory(0o700)
    cpSync(found.root, join(closed, 'native'), { recursive: true, verbatimSymlinks: true })
    const shelter = temporaryDirectory()
    const copy = await runnableBinaries({ ...found, root: join(closed, 'native') }, account, shelter)
    expect(copy.root.startsWith(shelter)).toBe(true)
    expect(await runnableBinaries({ ...found, root: join(closed, 'native') }, account, shelter)).toEqual(copy)
    expect(await runnableBinaries(found, account, shelter)).toEqual(found)
  })

  test('can be run by root although it is another user’s, and by that user again afterwards', async () => {
    const account = await unprivilegedAccount()
    const dataDir = temporaryDirectory(0o777)
    const own = join(dataDir, 'own')
    const theirs = await startElsewhere(own, account)
    await ask(theirs.url, 'create table kept as select 7 as number')
    await theirs.stop()
    expect(statSync(join(own, 'postgres')).uid).toBe(account.uid)
    const roots = await start(own)
    expect(await ask(roots.url, 'select number from kept')).toBe(7)
    await roots.stop()
    const again = await startElsewhere(own, account)
    await again.stop()
    expect(existsSync(join(own, 'postgres', 'postmaster.pid'))).toBe(false)
  })
})

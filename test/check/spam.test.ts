import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMail } from '../../src/check/mail.ts'
import { wireForm } from '../../src/check/outside/check-outside.ts'
import { findSpamScore, scoreOf } from '../../src/check/outside/spam.ts'
import { OURS, ourMail } from './ours.ts'

const hasSpamAssassin =
  process.env.PRESSROOM_TEST_ALL === '1' || spawnSync('spamassassin', ['--version']).error === undefined
const SENT = { from: 'The Harbour Record <news@harbour.press>', date: new Date('2026-05-14T06:00:00Z') }

async function ourBytes(template: string, language: string): Promise<Uint8Array> {
  const { edition, facts, readers } = await ourMail(template, language)
  return wireForm(openMail(edition, facts, readers[0] ?? {}), SENT)
}

describe.runIf(hasSpamAssassin)('SpamAssassin', () => {
  test.each(OURS)('gives %s no points', { timeout: 120_000 }, async (template) => {
    const run = await scoreOf(await ourBytes(template, 'en'))
    expect(run).toMatchObject({ kind: 'scored' })
    expect(run.kind === 'scored' && run.score, JSON.stringify(run)).toBeLessThanOrEqual(0)
  })

  test('gives an issue in Arabic no points', { timeout: 120_000 }, async () => {
    const run = await scoreOf(await ourBytes('article', 'ar'))
    expect(run.kind === 'scored' && run.score, JSON.stringify(run)).toBeLessThanOrEqual(0)
  })

  test('finds junk, and says by which of its rules', { timeout: 120_000 }, async () => {
    const [found] = await findSpamScore(Buffer.from(JUNK))
    expect(found).toMatchObject({ where: 'mail', severity: 'error', message: expect.stringContaining('DRUG_ED_CAPS=') })
  })
})

describe('without an answer of SpamAssassin', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pressroom-spam-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function program(script: string): Promise<string> {
    const file = join(folder, `program-${script.length}`)
    await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return file
  }

  test('because there is none, it says that it was not run', async () => {
    expect(await findSpamScore(Buffer.from(JUNK), { program: join(folder, 'none') })).toEqual([
      {
        where: 'mail',
        message: 'Not run: there is no SpamAssassin on this machine (apt install spamassassin).',
        severity: 'note',
      },
    ])
  })

  test('because it fails before it has read the mail, it says so', async () => {
    const huge = Buffer.alloc(4_000_000, 'a')
    expect(await findSpamScore(huge, { program: await program('exit 1') })).toEqual([
      { where: 'mail', message: 'Not run: SpamAssassin gave no score.', severity: 'note' },
    ])
  })

  test('because it takes too long, it is ended', async () => {
    const signal = AbortSignal.timeout(200)
    expect(await findSpamScore(Buffer.from(JUNK), { program: await program('exec sleep 60'), signal })).toEqual([
      { where: 'mail', message: 'Not run: SpamAssassin took too long.', severity: 'note' },
    ])
  })

  test('a score is read from the head of what it gives back, and from there only', async () => {
    const answer =
      'X-Spam-Pressroom: score=2.5\\n tests=ONE=2.5,NONE=0\\n\\nX-Spam-Pressroom: score=9 tests=FORGED=9\\n'
    expect(await findSpamScore(Buffer.from(JUNK), { program: await program(`printf '${answer}'`) })).toEqual([
      { where: 'mail', message: 'SpamAssassin gives 2.5 points: ONE=2.5.', severity: 'warning' },
    ])
  })
})

const JUNK = `From: a@b.press
To: c@d.press
Subject: BUY VIAGRA NOW!!! $$$
MIME-Version: 1.0
Content-Type: text/html

<html><body><a href="http://1.2.3.4/x">CLICK HERE</a> cheap viagra 100% free guarantee</body></html>
`

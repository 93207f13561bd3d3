import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fillEdition } from '../../../src/edition/fill.ts'
import { listOutbox, readOutboxMail } from '../../../src/outbox/reading.ts'
import { writeOutboxIndex } from '../../../src/outbox/write-index.ts'
import { createOutboxProvider } from '../../../src/provider/outbox/provider.ts'
import type { FrozenBatch } from '../../../src/provider/provider.ts'
import { FakeClock } from '../../support/clock.ts'
import { deliveryId, edition, frozen, recipient } from '../batches.ts'

let dir: string
const clock = new FakeClock('2026-11-22T10:00:00.000Z')

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outbox-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function send(batch: FrozenBatch, signal = new AbortController().signal) {
  const provider = createOutboxProvider({ dir, clock })
  return (await provider.submit(provider.assemble(edition, batch), { idempotencyKey: 'b-1/1', signal })).answer
}

const fileOf = (number: number) => readFile(join(dir, `${deliveryId(number)}.eml`), 'utf8')

describe('a mail in the outbox', () => {
  test('is a file named by its delivery, with the headers of bulk mail, once each', async () => {
    await send(frozen({ recipients: [recipient(1)] }))
    expect(await readdir(dir)).toEqual([`${deliveryId(1)}.eml`])
    const [head = ''] = (await fileOf(1)).split('\r\n\r\n')
    expect(head.split('\r\n')).toEqual([
      'From: The Daily <news@example.com>',
      'To: reader1@example.org',
      'Reply-To: desk@example.com',
      'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C_Reader_1=3A_=22the=22?=',
      ' =?UTF-8?Q?_news?=',
      `Message-ID: <${deliveryId(1)}@pressroom.local>`,
      'Date: Sun, 22 Nov 2026 10:00:00 +0000',
      'List-Unsubscribe: <https://news.example.com/u/t1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'List-ID: The Daily <daily.example.com>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative;',
      ` boundary="=_${deliveryId(1)}"`,
    ])
  })

  test('has no line that is too long for mail', async () => {
    await send(frozen({ recipients: [recipient(1, { unsubscribe: `https://news.example.com/${'t'.repeat(400)}` })] }))
    const lines = (await fileOf(1)).split('\r\n')
    const [head, body] = [lines.slice(0, lines.indexOf('')), lines.slice(lines.indexOf(''))]
    expect(Math.max(...head.map((line) => line.length))).toBeLessThan(998)
    expect(Math.max(...body.map((line) => line.length))).toBeLessThanOrEqual(76)
    expect(lines.join('').includes('\n')).toBe(false)
  })

  test('stays as it is when it is submitted again later, in whatever batch', async () => {
    await send(frozen({ recipients: [recipient(1)] }))
    const before = await fileOf(1)
    await clock.advance(60_000)
    expect(await send(frozen({ recipients: [recipient(2), recipient(1)] }))).toMatchObject({ kind: 'answered' })
    expect(await fileOf(1)).toBe(before)
    expect(await readdir(dir)).toHaveLength(2)
  })

  test('is read as it was written', async () => {
    const values = { first_name: 'Łukasz & Söhne, ein sehr langer Name mit 😀😀😀😀😀😀😀😀😀😀😀😀 =?x?=' }
    const batch = frozen({ recipients: [recipient(1, values)], from: 'Die Zeitung für Köln <news@example.com>' })
    await send(batch)
    const filled = fillEdition(edition, { ...batch.shared, ...recipient(1, values).values })
    const mail = await readOutboxMail(dir, deliveryId(1))
    expect(mail).toMatchObject({
      id: deliveryId(1),
      from: 'Die Zeitung für Köln <news@example.com>',
      to: 'reader1@example.org',
      subject: filled.subject,
      html: filled.html,
      text: filled.text,
    })
    expect(mail?.headers).toContainEqual({ name: 'List-Unsubscribe', value: '<https://news.example.com/u/t1>' })
  })
})

describe('an outbox that cannot be written', () => {
  test('has taken nothing when there is no folder for it', async () => {
    await writeFile(join(dir, 'file'), '')
    const provider = createOutboxProvider({ dir: join(dir, 'file', 'outbox') })
    const signal = new AbortController().signal
    const { answer } = await provider.submit(provider.assemble(edition, frozen()), { idempotencyKey: 'b-1/1', signal })
    expect(answer).toEqual({ kind: 'unreachable', detail: "the outbox's folder cannot be made: ENOTDIR" })
    expect((await provider.check(signal)).ok).toBe(false)
  })

  test('may have taken some when a file cannot be written, and the rest follows when it can', async () => {
    const provider = createOutboxProvider({ dir })
    const submit = () =>
      provider.submit(provider.assemble(edition, frozen()), {
        idempotencyKey: 'b-1/1',
        signal: new AbortController().signal,
      })
    const blocked = join(dir, `${deliveryId(2)}.eml`)
    await mkdir(join(blocked, 'full'), { recursive: true })
    expect((await submit()).answer.kind).toBe('lost')
    await rm(blocked, { recursive: true })
    expect((await submit()).answer.kind).toBe('answered')
    expect((await readdir(dir)).filter((name) => name.endsWith('.eml'))).toHaveLength(3)
  })
})

describe('the list', () => {
  async function written(numbers: readonly number[]) {
    await send(frozen({ recipients: numbers.map((number) => recipient(number)) }))
    for (const number of numbers) await utimes(join(dir, `${deliveryId(number)}.eml`), number, Math.ceil(number / 2))
  }

  test('shows the newest first, a page at a time, each mail once', async () => {
    await written([1, 2, 3, 4, 5])
    const seen: string[] = []
    let after: string | undefined
    do {
      const { entries, total, next } = await listOutbox(dir, { limit: 2, ...(after === undefined ? {} : { after }) })
      expect(total).toBe(5)
      seen.push(...entries.map(({ id }) => id))
      after = next
    } while (after !== undefined)
    expect(seen).toEqual([5, 3, 4, 1, 2].map(deliveryId))
  })

  test('shows what a list needs', async () => {
    await written([1])
    expect(await listOutbox(dir)).toEqual({
      entries: [
        {
          id: deliveryId(1),
          from: 'The Daily <news@example.com>',
          to: 'reader1@example.org',
          subject: 'Grüße, Reader 1: "the" news',
          at: clock.now(),
        },
      ],
      total: 1,
      next: undefined,
    })
  })

  test('is empty without a folder, and takes no notice of other files', async () => {
    expect(await listOutbox(join(dir, 'none'))).toEqual({ entries: [], total: 0, next: undefined })
    await writeFile(join(dir, 'notes.eml'), 'not ours')
    expect((await listOutbox(dir, { after: 'nonsense' })).total).toBe(0)
  })

  test.each(['../../etc/passwd', 'notes', deliveryId(404)])('has no mail called %s', async (id) => {
    await writeFile(join(dir, 'notes.eml'), 'not ours')
    expect(await readOutboxMail(dir, id)).toBeUndefined()
  })
})

describe('the index', () => {
  test('lists the mails and links to a page for each that runs no script of theirs', async () => {
    await send(frozen({ recipients: [recipient(1, { first_name: '<script>alert(1)</script>"' })] }))
    const index = await readFile(await writeOutboxIndex(dir), 'utf8')
    expect(index).toContain(`href="pages/${deliveryId(1)}.html"`)
    expect(index).toContain('1 mail, newest first')
    const page = await readFile(join(dir, 'pages', `${deliveryId(1)}.html`), 'utf8')
    for (const html of [index, page]) expect(html).not.toContain('<script')
    expect(page).toContain('<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="')
    expect(page).toContain(`href="../${deliveryId(1)}.eml"`)
  })

  test('of an empty outbox says so', async () => {
    expect(await readFile(await writeOutboxIndex(join(dir, 'none')), 'utf8')).toContain('Nothing yet.')
  })
})

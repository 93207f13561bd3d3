import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fillEdition } from '../../src/edition/fill.ts'
import type { Body, CallAnswer, FrozenBatch, MessageAnswer, Provider } from '../../src/provider/provider.ts'
import { deliveryId, edition, frozen, recipient, reordered } from '../provider/batches.ts'

/** A message as it arrived on the far side. */
export type Arrived = {
  readonly deliveryId: string
  readonly from: string
  readonly to: string
  readonly replyTo: string | undefined
  readonly subject: string
  readonly html: string
  readonly text: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** A provider, and a look at its far side. */
export type ProviderUnderTest = {
  readonly provider: Provider
  /** Everything it has accepted; a message that was accepted twice is there twice. */
  arrived(): Promise<readonly Arrived[]>
  close(): Promise<void>
}

/** What every provider promises, whoever wrote it. `open` gives a fresh one for each test. */
export function describeProvider(name: string, open: () => Promise<ProviderUnderTest>): void {
  describe(`${name} as a provider`, () => {
    let under: ProviderUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    const submit = (body: Body, idempotencyKey = 'b-1/1', signal = new AbortController().signal) =>
      under.provider.submit(body, { idempotencyKey, signal })
    const assemble = (batch: FrozenBatch) => under.provider.assemble(edition, batch)
    /** The batch as this provider is given it: whole, or one message a call. */
    const calls = (batch: FrozenBatch): readonly FrozenBatch[] =>
      under.provider.flags.batch ? [batch] : batch.recipients.map((one) => ({ ...batch, recipients: [one] }))
    /** The answers to all calls, as if they were one. */
    const send = async (batch: FrozenBatch): Promise<CallAnswer> => {
      const messages: MessageAnswer[] = []
      for (const call of calls(batch)) {
        const { answer } = await submit(assemble(call))
        if (answer.kind !== 'answered') return answer
        expect(answer.messages).toHaveLength(call.recipients.length)
        messages.push(...answer.messages)
      }
      return { kind: 'answered', messages }
    }

    test('has limits that a batch can be cut by, and an account that is no secret', () => {
      const { limits, flags, account, wire } = under.provider
      expect(limits.maxRecipients).toBeGreaterThanOrEqual(1)
      expect(flags.batch || limits.maxRecipients === 1).toBe(true)
      expect(limits.maxBodyBytes).toBeGreaterThanOrEqual(200 * 1024)
      expect(limits.requestsPerSecond).toBeGreaterThan(0)
      expect(limits.deadlineMs).toBeGreaterThanOrEqual(1_000)
      expect(account).toMatch(/^[0-9a-f]{8,64}$/)
      expect(wire).toMatch(/^[a-z]+-\d+$/)
    })

    test('assembles the same bytes from the same batch for ever, in whatever order its names come', () => {
      const zoe = recipient(1, { first_name: 'Zoë "$&" <b>', plan: 'paid' })
      const [batch, other] = [[zoe, recipient(2)], [recipient(1)]].flatMap((recipients) =>
        calls(frozen({ recipients })),
      )
      if (!batch || !other) throw new Error('There are two calls at least.')
      const body = assemble(batch)
      expect(body.sha256).toBe(createHash('sha256').update(body.bytes).digest('hex'))
      expect(assemble(reordered(batch)).sha256).toBe(body.sha256)
      expect(assemble(other).sha256).not.toBe(body.sha256)
    })

    test('answers once a message, in the order of the recipients', async () => {
      const answer = await send(frozen())
      expect(answer).toEqual({
        kind: 'answered',
        messages: Array(3).fill({ kind: 'accepted', providerMessageId: expect.stringMatching(/^\S+$/) }),
      })
      expect((await under.arrived()).map((message) => message.deliveryId).sort()).toEqual([1, 2, 3].map(deliveryId))
    })

    test('takes as many recipients as it says', async () => {
      const recipients = Array.from({ length: under.provider.limits.maxRecipients }, (_, index) => recipient(index))
      const answer = await send(frozen({ recipients }))
      expect(answer.kind === 'answered' && answer.messages.length).toBe(recipients.length)
    })

    test('hands over what the edition says for that recipient, to the last character', async () => {
      const hostile = {
        first_name: '$&<b>"\'\\ Łukasz 😀 {{x}} =?utf-8?q?a?= %s',
        unsubscribe: 'https://news.example.com/u/a?b=c&d=%20e',
      }
      const batch = frozen({ recipients: [recipient(7, hostile)], from: '"Zoë, of the Daily" <news@example.com>' })
      await send(batch)
      const [message] = await under.arrived()
      const filled = fillEdition(edition, { ...batch.shared, ...recipient(7, hostile).values })
      expect(message).toMatchObject({
        deliveryId: deliveryId(7),
        to: 'reader7@example.org',
        replyTo: 'desk@example.com',
        subject: filled.subject,
        html: filled.html,
        text: filled.text,
      })
      expect(message?.from.replace(/"/g, '')).toBe('Zoë, of the Daily <news@example.com>')
      expect(message?.headers).toMatchObject({
        'list-unsubscribe': '<https://news.example.com/u/a?b=c&d=%20e>',
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
        'list-id': 'The Daily <daily.example.com>',
      })
    })

    test('lets no value begin a header of its own', async () => {
      const hostile = { first_name: 'A\r\nBcc: all@example.org\r\n\r\n<h1>', unsubscribe: 'https://news.example.com/u' }
      const from = 'The\r\nX-Evil: 1 Daily <news@example.com>'
      const replyTo = 'desk@example.com\r\nX-Evil: 2'
      await send(frozen({ recipients: [recipient(8, hostile)], from, replyTo }))
      for (const { subject, headers } of await under.arrived()) {
        expect(subject).not.toMatch(/[\r\n]/)
        expect(Object.keys(headers)).not.toContain('bcc')
        expect(Object.keys(headers)).not.toContain('x-evil')
      }
    })

    test('writes to a domain of other letters by its name in ASCII', async () => {
      await send(frozen({ recipients: [{ ...recipient(9), address: 'ada@bücher.example' }] }))
      expect((await under.arrived()).map(({ to }) => to)).toEqual(['ada@xn--bcher-kva.example'])
    })

    test('calls the answer of an aborted call lost', async () => {
      const body = assemble(frozen({ recipients: [recipient(1)] }))
      expect((await submit(body, 'b-1/1', AbortSignal.abort())).answer).toMatchObject({ kind: 'lost' })
      expect(await under.arrived()).toEqual([])
    })

    test('can be checked without sending anything', async () => {
      const { ok, detail } = await under.provider.check(new AbortController().signal)
      expect([ok, detail]).toEqual([true, expect.stringMatching(/\.$/)])
      expect(await under.arrived()).toEqual([])
    })

    test('accepts once what is submitted again with the same key and bytes, if it says that it does', async () => {
      if (!under.provider.flags.idempotent) return
      const [first, second] = [await submit(assemble(frozen())), await submit(assemble(frozen()))]
      expect(second.answer).toEqual(first.answer)
      expect(await under.arrived()).toHaveLength(3)
    })
  })
}

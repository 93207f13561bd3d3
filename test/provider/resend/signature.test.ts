import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createResendEvents } from '../../../src/provider/resend/events.ts'
import { isSigned, type Signature } from '../../../src/provider/resend/signature.ts'
import { FakeClock } from '../../support/clock.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = Buffer.from('{"test": 2432232314}')
const signature: Signature = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signatures: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}
const at = (seconds: number) => new Date(seconds * 1_000)
const now = at(1_614_265_330)

/** Signs by the letter of the standard. */
function signed(
  bytes: Uint8Array,
  { id = signature.id, timestamp = signature.timestamp, by = secret } = {},
): Signature {
  const key = Buffer.from(by.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(bytes).digest('base64')
  return { id, timestamp, signatures: `v1,${mac}` }
}

describe('a signature', () => {
  test('is the one that the public libraries make', () => {
    expect(signed(body)).toEqual(signature)
    expect(isSigned(body, signature, { secrets: [secret], now })).toBe(true)
    expect(isSigned(body, signature, { secrets: [secret.slice('whsec_'.length)], now })).toBe(true)
  })

  test('is good for five minutes in both directions, and for no second more', () => {
    const isGoodAt = (seconds: number) => isSigned(body, signature, { secrets: [secret], now: at(seconds) })
    expect([-301, -300, 0, 300, 301].map((off) => isGoodAt(1_614_265_330 + off))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
  })

  test('may be any of several, by the new secret or the old', () => {
    const other = 'whsec_b2xkLXNlY3JldC1vZi1hLXdlYmhvb2s='
    const many = { ...signature, signatures: `v1,AAAA v2,x v1a,${signature.signatures} ${signature.signatures} v1` }
    expect(isSigned(body, many, { secrets: [secret], now })).toBe(true)
    expect(isSigned(body, signature, { secrets: [other, secret], now })).toBe(true)
    expect(isSigned(body, signature, { secrets: [other], now })).toBe(false)
    expect(
      isSigned(body, { ...signature, signatures: `v1a,${signature.signatures.slice(3)}` }, { secrets: [secret], now }),
    ).toBe(false)
  })

  test('is about every byte, also of what is no UTF-8', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d])
    expect(isSigned(bytes, signed(bytes), { secrets: [secret], now })).toBe(true)
    expect(isSigned(Buffer.from([0x7b, 0xfe, 0xff, 0x7d]), signed(bytes), { secrets: [secret], now })).toBe(false)
    expect(isSigned(Buffer.from('{"test":2432232314}'), signature, { secrets: [secret], now })).toBe(false)
  })

  test.each([
    ['an empty secret', { secrets: [''] }, {}],
    ['no secret', { secrets: [] }, {}],
    ['a prefix alone', { secrets: ['whsec_'] }, {}],
    ['a time that only starts with a number', {}, { timestamp: '1614265330x' }],
    ['a time with a fraction', {}, { timestamp: '1614265330.0' }],
    ['an empty id', {}, { id: '' }],
    ['an id with a dot', {}, signed(body, { id: 'msg.1' })],
    ['another id', {}, { id: 'msg_other' }],
    ['another time', {}, { timestamp: '1614265331' }],
    ['no signature', {}, { signatures: '' }],
  ])('is not good with %s', (_what, using, part) => {
    expect(isSigned(body, { ...signature, ...part }, { secrets: [secret], now, ...using })).toBe(false)
  })
})

const VECTORS = join(import.meta.dirname, '..', '..', '..', '..', 'shared/samples/webhooks/signature-vectors.json')
type Vector = {
  readonly name: string
  readonly secret: string
  readonly clock: number
  readonly headers: Record<string, string>
  readonly body: string
  readonly accept: boolean
}

describe.runIf(existsSync(VECTORS))('the signature cases of others', () => {
  const vectors: Vector[] = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, 'utf8')) : []

  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const clock = new FakeClock(at(vector.clock).toISOString())
    const source = createResendEvents({ secrets: [vector.secret], clock })
    const verified = source.verify({ headers: vector.headers, body: Buffer.from(vector.body) })
    expect(verified.kind).toBe(vector.accept ? 'signed' : 'not_signed')
  })
})

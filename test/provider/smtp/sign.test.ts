import { createHash, createVerify, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSigner } from '../../../src/provider/smtp/sign.ts'
import { deliveryId } from '../batches.ts'
import { providerTo, runningSink } from './sending.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const dkim = { domain: 'example.com', selector: 'pressroom', privateKey }

async function sent(): Promise<string> {
  const sink = await runningSink()
  await providerTo(sink, {}, { dkim }).submit(1)
  return sink.mails[0]?.raw ?? ''
}

test('signs what one-click and a reader’s trust depend on, so that a receiver can check it', async () => {
  const mail = await sent()
  const { tags, isBodySame, isSigned } = verify(mail)
  expect(tags).toMatchObject({ v: '1', a: 'rsa-sha256', c: 'relaxed/relaxed', d: 'example.com', s: 'pressroom' })
  expect(tags.h?.split(':').sort()).toEqual(
    [
      'content-type',
      'date',
      'from',
      'list-id',
      'list-unsubscribe',
      'list-unsubscribe-post',
      'message-id',
      'mime-version',
      'reply-to',
      'subject',
      'to',
    ].sort(),
  )
  expect({ isBodySame, isSigned }).toEqual({ isBodySame: true, isSigned: true })
})

test.each([
  ['the way to leave', 'List-Unsubscribe: <https:', 'List-Unsubscribe: <http:'],
  ['that one click is enough', 'One-Click', 'Two-Click'],
  ['who it is from', 'From: The', 'From: A'],
])('leaves nobody to change %s', async (_, before, after) => {
  const mail = await sent()
  expect(mail).toContain(before)
  expect(verify(mail.replace(before, after)).isSigned).toBe(false)
})

test('notices another text', async () => {
  const mail = await sent()
  expect(verify(mail.replace('Subscribe.', 'Pay.')).isBodySame).toBe(false)
  expect(mail).toContain(`Message-ID: <${deliveryId(1)}@example.com>`)
})

test('is not tried with a key that would leave mail unsigned', () => {
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(() => createSigner({ ...dkim, privateKey: ed25519 })).toThrow('RSA key only')
})

/** RFC 6376, written from the text of it, for `c=relaxed/relaxed` alone. */
function verify(mail: string) {
  const [head = '', ...rest] = mail.split('\r\n\r\n')
  const fields = head.split(/\r\n(?![ \t])/)
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? ''
  const value = signature.slice(signature.indexOf(':') + 1)
  const tags: Record<string, string> = Object.fromEntries(
    value.split(';').flatMap((tag) => {
      const at = tag.indexOf('=')
      return at < 0 ? [] : [[tag.slice(0, at).trim(), tag.slice(at + 1).replace(/\s+/g, '')]]
    }),
  )
  const signed = (tags.h ?? '').split(':').flatMap((name) => {
    const field = fields.findLast((one) => one.toLowerCase().startsWith(`${name}:`))
    return field === undefined ? [] : [`${relaxedHeader(field)}\r\n`]
  })
  // Its own value, without the signature in it and without a line break behind it.
  const own = relaxedHeader(signature.replace(/\bb=[^;]*$/, 'b='))
  const isSigned = createVerify('sha256')
    .update(signed.join('') + own, 'latin1')
    .verify(publicKey, tags.b ?? '', 'base64')
  const isBodySame =
    createHash('sha256')
      .update(relaxedBody(rest.join('\r\n\r\n')), 'latin1')
      .digest('base64') === tags.bh
  return { tags, isSigned, isBodySame }
}

function relaxedHeader(field: string): string {
  const at = field.indexOf(':')
  const value = field
    .slice(at + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${field.slice(0, at).trim().toLowerCase()}:${value}`
}

function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  const text = lines.join('\r\n').replace(/(?:\r\n)*$/, '')
  return text === '' ? '' : `${text}\r\n`
}

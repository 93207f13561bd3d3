import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addressSchema, readAddress } from '../../src/subscriber/address.ts'

describe('what is taken', () => {
  test.each([
    ['Ada.Lovelace@Example.COM', 'Ada.Lovelace@example.com', 'ada.lovelace@example.com'],
    ['  ada@example.com ', 'ada@example.com', 'ada@example.com'],
    ['ada@müller.example', 'ada@xn--mller-kva.example', 'ada@xn--mller-kva.example'],
    ["o'hara+news/x=1@example.co.uk", "o'hara+news/x=1@example.co.uk", "o'hara+news/x=1@example.co.uk"],
    ['!#$%&`*+/=?^`{|}~@iana.org', '!#$%&`*+/=?^`{|}~@iana.org', '!#$%&`*+/=?^`{|}~@iana.org'],
    // Reserved for test networks, which may have a mail server.
    ['ada@mail.test', 'ada@mail.test', 'ada@mail.test'],
  ])('%s', (text, address, key) => {
    expect(readAddress(text)).toEqual({ kind: 'ok', address, key })
  })

  test('an address and its twin with the domain in A-labels are one', () => {
    expect(readAddress('a@xn--mller-kva.example')).toEqual(readAddress('a@müller.example'))
  })

  test('takes 64 characters before the @ and 254 in all, not one more', () => {
    const domain = `${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(57)}.com`
    expect(readAddress(`${'a'.repeat(64)}@${domain}`)).toMatchObject({ kind: 'ok' })
    expect(readAddress(`${'a'.repeat(65)}@example.com`)).toMatchObject({ kind: 'refused' })
    expect(readAddress(`${'a'.repeat(64)}@d${domain}`)).toMatchObject({ kind: 'refused' })
  })
})

describe('what is refused', () => {
  test.each([
    ['ada', 'An address needs an @, as in name@example.com.'],
    ['@example.com', 'Something is missing before the @.'],
    ['ada@', 'The domain after the @ is missing.'],
    ['ada@localhost', 'The domain after the @ needs a dot, as in example.com.'],
    ['ada@example.invalid', 'The domain after the @ cannot receive mail.'],
    ['ada@printer.local', 'The domain after the @ cannot receive mail.'],
    ['ada@127.0.0.1', 'Expected a domain after the @, not an IP address.'],
    ['ada@[127.0.0.1]', 'Expected a domain after the @, not an IP address.'],
    ['ada@0x7f.1', 'Expected a domain after the @, not an IP address.'],
    [
      '"ada lovelace"@example.com',
      'Addresses in quotation marks are not taken; expected a form such as name@example.com.',
    ],
    ['Ada <ada@example.com>', 'Expected the bare address alone, without a name, brackets, comments or spaces.'],
    ['a@example.com, b@example.com', 'Expected the bare address alone, without a name, brackets, comments or spaces.'],
    ['ada@example.com\r\nBcc: eve@example.com', 'An address must not hold line breaks or control characters.'],
    ['ada@example.com\n', 'An address must not hold line breaks or control characters.'],
    ['юзер@example.com', 'Letters beyond A to Z before the @ cannot be written to yet.'],
    ['ada..l@example.com', 'The part before the @ is not valid.'],
    ['ada@exam\u200bple.com', 'The domain after the @ is not valid.'],
    ['ada@ex%61mple.com', 'The domain after the @ is not valid.'],
    ['ada@example.com.', 'The domain after the @ is not valid.'],
    ['ada@-example.com', 'The domain after the @ is not valid.'],
    ['ada@\ud800.com', 'The domain after the @ is not valid.'],
  ])('%j', (text, reason) => {
    expect(readAddress(text)).toEqual({ kind: 'refused', reason })
  })
})

describe('letters beyond ASCII before the @', () => {
  const read = (text: string) => readAddress(text, { international: true })

  test.each([
    ['юзер@екзампл.ком', 'юзер@xn--80ajglhfv.xn--j1aef', 'юзер@xn--80ajglhfv.xn--j1aef'],
    ['Jeff葉@example.com', 'Jeff葉@example.com', 'jeff葉@example.com'],
    // Composed, so that two ways to type one letter are one address.
    ['n\u0303@example.com', 'ñ@example.com', 'ñ@example.com'],
    ['ÑO.x+1@example.com', 'ÑO.x+1@example.com', 'ño.x+1@example.com'],
  ])('%s is taken where the provider can', (text, address, key) => {
    expect([read(text), readAddress(text).kind]).toEqual([{ kind: 'ok', address, key }, 'refused'])
  })

  test.each([
    'a\u00a0b@example.com',
    'a\u200db@example.com',
    'a..ü@example.com',
    'ü,b@example.com',
    '\ud800@example.com',
  ])('%j is refused', (text) => {
    expect(read(text).kind).toBe('refused')
  })

  test('count as the octets that they take', () => {
    expect([read(`${'ü'.repeat(32)}@example.com`).kind, read(`${'ü'.repeat(33)}@example.com`).kind]).toEqual([
      'ok',
      'refused',
    ])
  })
})

test('the schema gives the address as it is kept, and the reason of a refusal', () => {
  expect(addressSchema.parse(' ada@MÜLLER.example ')).toBe('ada@xn--mller-kva.example')
  expect(addressSchema.safeParse('ada').error?.issues.map((issue) => issue.message)).toEqual([
    'An address needs an @, as in name@example.com.',
  ])
})

const samples = '../shared/samples/email-addresses'

describe.runIf(existsSync(samples))('the tables of other projects', () => {
  const read = (name: string) =>
    existsSync(samples) ? JSON.parse(readFileSync(`${samples}/${name}.json`, 'utf8')) : []
  type Isemail = { address: string; category: string }
  // Outer spaces are folding by the letter of RFC 5322, and what people paste.
  const TRIMMED = [' test@iana.org']

  test.each((read('isemail') as Isemail[]).filter((row) => !TRIMMED.includes(row.address)))(
    'isemail: $address',
    ({ address, category }) => {
      const taken = ['ISEMAIL_VALID_CATEGORY', 'ISEMAIL_DNSWARN'].includes(category)
      expect(readAddress(address).kind).toBe(taken ? 'ok' : 'refused')
    },
  )

  const python = read('python-email-validator')
  const plain = (row: { email_input: string }) => !/["<]/.test(row.email_input)

  test.each(
    (python.test_email_valid ?? []).filter(plain) as { email_input: string; output: { ascii_email: string } }[],
  )('python-email-validator takes $email_input', ({ email_input, output }) => {
    expect(readAddress(email_input)).toMatchObject({ kind: 'ok', address: output.ascii_email })
  })

  test.each(
    (python.test_email_valid_intl_local_part ?? []) as {
      email_input: string
      output: { local_part: string; ascii_domain: string }
    }[],
  )('python-email-validator takes $email_input where the provider can', ({ email_input, output }) => {
    const address = `${output.local_part}@${output.ascii_domain}`
    expect(readAddress(email_input, { international: true })).toMatchObject({ kind: 'ok', address })
  })

  type ValidatorRow = { args?: object[]; valid: string[]; invalid: string[] }
  const [basic] = (read('validator-js') as ValidatorRow[]).filter(({ args }) => args === undefined)
  test.each((basic?.valid ?? []).filter((address) => !address.startsWith('"')))('validator.js takes %s', (address) => {
    expect(readAddress(address).kind).toBe('ok')
  })
  test.each(basic?.invalid ?? [])('validator.js refuses %j', (address) => {
    expect(readAddress(address).kind).toBe('refused')
  })

  test('whatever is taken, browsers take in a field for addresses', () => {
    const browser = new RegExp(read('browser-email-field').whatwg_regexp)
    const taken = [...(basic?.valid ?? []), ...(read('isemail') as Isemail[]).map(({ address }) => address)].flatMap(
      (text) => {
        const reading = readAddress(text)
        return reading.kind === 'ok' ? [reading.address] : []
      },
    )
    expect(taken.length).toBeGreaterThan(5)
    expect(taken.filter((address) => !browser.test(address))).toEqual([])
  })

  test.each([...(python.test_email_invalid_syntax ?? []), ...(python.test_email_invalid_syntax_strict ?? [])] as {
    email_input: string
  }[])('python-email-validator refuses $email_input', ({ email_input }) => {
    expect(readAddress(email_input).kind).toBe('refused')
  })

  test.each((python.test_email_unsafe_character ?? []) as { s: string }[])(
    'python-email-validator fears %j',
    ({ s }) => {
      expect([`${s}@example.com`, `me@${s}.com`].map((text) => readAddress(text).kind)).toEqual(['refused', 'refused'])
    },
  )
})

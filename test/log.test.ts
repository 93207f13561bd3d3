import { expect, test } from 'vitest'
import { describeError } from '../src/log.ts'

test('a log keeps of an error what holds no row', () => {
  const cause = new TypeError('no such column')
  const fields = { code: '23505', detail: 'Key (address_key)=(ada@example.com) already exists.' }
  const error = Object.assign(new Error('duplicate key', { cause }), fields)
  expect(describeError(error)).toEqual({
    type: 'Error',
    code: '23505',
    message: 'duplicate key',
    stack: error.stack,
    cause: 'TypeError: no such column',
  })
})

test('a log keeps what was thrown and is no error', () => {
  expect(describeError('oops')).toEqual({ message: 'oops' })
})

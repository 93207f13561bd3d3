import { expect, test } from 'vitest'
import { remember } from '../src/remember.ts'

test('what was made for a key is given again, also while it is being made, until others push it out', async () => {
  const memory = remember<string>(2)
  let made = 0
  const ask = (key: string) => memory(key, async () => `${key}${++made}`)
  expect(await Promise.all([ask('a'), ask('a'), ask('b'), ask('a')])).toEqual(['a1', 'a1', 'b2', 'a1'])
  expect([await ask('c'), await ask('a'), await ask('b')]).toEqual(['c3', 'a1', 'b4'])
})

test('what failed is made again', async () => {
  const memory = remember<string>(2)
  await expect(memory('a', () => Promise.reject(new Error('not now')))).rejects.toThrow('not now')
  expect(await memory('a', async () => 'now')).toBe('now')
})

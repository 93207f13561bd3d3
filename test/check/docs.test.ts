import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { checksPage } from '../../src/check/docs.ts'

test('docs/checks.md is what `npm run docs` writes', async () => {
  expect(await readFile('docs/checks.md', 'utf8')).toBe(checksPage())
})

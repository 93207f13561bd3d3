import { readFile } from 'node:fs/promises'
import { parse } from 'dotenv'
import { expect, test } from 'vitest'
import { configurationPage, envExample } from '../../src/config/docs.ts'
import { SETTINGS } from '../../src/config/settings.ts'

test('docs/configuration.md is what `npm run docs` writes', async () => {
  expect(await readFile('docs/configuration.md', 'utf8')).toBe(configurationPage())
})

test('.env.example is what `npm run docs` writes', async () => {
  expect(await readFile('.env.example', 'utf8')).toBe(envExample())
})

test('.env.example sets nothing as it stands, and names every setting', () => {
  expect(parse(envExample())).toEqual({})
  expect(Object.keys(parse(envExample().replaceAll(/^#([A-Z_]+=)/gm, '$1')))).toEqual(Object.keys(SETTINGS.shape))
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSingleEditions } from '../../src/newsletter/single-mail.ts'
import { aNewsletter, type Calling, openCalling } from '../http/calling.ts'

let api: Calling
beforeAll(async () => {
  api = await openCalling()
  await api.call('POST', '/v1/newsletters', aNewsletter)
})
afterAll(() => api.close())

const newsletter = async () => {
  const found = await api.app.store.newsletters.find('morning')
  if (!found) throw new Error('no newsletter')
  return found
}

test('a mail to single readers is rendered once, however many ask at once, and again when its newsletter changed', async () => {
  let rendered = 0
  const template = (name: string) => {
    rendered += 1
    return api.app.template(name)
  }
  const editions = createSingleEditions({ ...api.app, template })
  const one = await newsletter()
  const hashes = await Promise.all(Array.from({ length: 20 }, () => editions('welcome', one, null)))
  expect([new Set(hashes).size, rendered]).toEqual([1, 1])
  expect(await editions('welcome', { ...one, name: 'Evening' }, null)).not.toBe(hashes[0])
  expect(await editions('welcome', one, 'de')).not.toBe(hashes[0])
})

test('a mail that could not be rendered is rendered for the next who asks', async () => {
  let isBroken = false
  const editions = createSingleEditions({
    ...api.app,
    template: async (name) => {
      isBroken = !isBroken
      if (isBroken) throw new Error('The template throws.')
      return api.app.template(name)
    },
  })
  const one = await newsletter()
  await expect(editions('welcome', one, null)).rejects.toThrow('The template throws.')
  expect(await editions('welcome', one, null)).toMatch(/^[0-9a-f]{64}$/)
})

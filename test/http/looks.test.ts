import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let made: Awaited<ReturnType<typeof anIssue>>
const LOGO = { src: 'https://daily.example/logo.png', alt: 'The Morning', width: 240, height: 48 }
const ASSET = `asset:${'a'.repeat(64)}.png`

beforeAll(async () => {
  api = await openCalling()
  made = await anIssue(api)
})
afterAll(() => api.close())

const brand = (branding: object) => api.call('PATCH', '/v1/newsletters/morning', { branding })
const htmlOf = async (issue: string) => (await api.call('GET', `/v1/issues/${issue}/preview?format=html`)).body

describe('the looks of a newsletter', () => {
  test('are set part by part, and taken away with null', async () => {
    expect((await brand({ accent: '#1b4f8f', face: 'sans', logo: LOGO })).body.branding).toEqual({
      accent: '#1b4f8f',
      face: 'sans',
      logo: LOGO,
    })
    expect((await brand({ face: null, footer: 'Printed nowhere.' })).body.branding).toEqual({
      accent: '#1b4f8f',
      footer: 'Printed nowhere.',
      logo: LOGO,
    })
    const { body } = await api.call('PATCH', '/v1/newsletters/morning', { timeZone: 'UTC' })
    expect(Object.keys(body.branding).sort()).toEqual(['accent', 'footer', 'logo'])
  })

  test('are those of its mail', async () => {
    await brand({ accent: '#1b4f8f', accentDark: '#9ab8e0', logo: LOGO, footer: 'Printed nowhere.' })
    const html = await htmlOf(made.issue.id)
    for (const part of ['.accent{color:#9ab8e0', `src="${LOGO.src}"`, 'alt="The Morning"', 'Printed nowhere.']) {
      expect(html).toContain(part)
    }
    await brand({ logo: { ...LOGO, src: ASSET } })
    expect(await htmlOf(made.issue.id)).toContain(`src="http://localhost:8025/assets/${'a'.repeat(64)}.png"`)
    await brand({ accent: null, accentDark: null, logo: null, footer: null })
    expect(await htmlOf(made.issue.id)).not.toMatch(/#9ab8e0|Printed nowhere|<img/)
  })

  test('can be given when it is made', async () => {
    const other = { ...made.newsletter, slug: 'evening', branding: { accent: '#1b4f8f' } }
    const { id: _, createdAt: __, ...wanted } = other
    expect((await api.call('POST', '/v1/newsletters', wanted)).body.branding).toEqual({ accent: '#1b4f8f' })
  })

  test.each([
    [
      'an accent that cannot be read',
      { accent: '#ffee00' },
      '#/branding/accent',
      /contrast of 1\.\d+:1 on the light paper/,
    ],
    ['a colour that is none', { accent: 'red;} body {' }, '#/branding/accent', /#8f1f1b/],
    ['a logo without words', { logo: { ...LOGO, alt: ' ' } }, '#/branding/logo/alt', /./],
    ['a logo without a size', { logo: { src: LOGO.src, alt: 'x' } }, '#/branding/logo/width', /./],
    ['a logo that runs', { logo: { ...LOGO, src: 'javascript:alert(1)' } }, '#/branding/logo/src', /./],
    ['a logo out of any file', { logo: { ...LOGO, src: 'asset:../../etc/passwd' } }, '#/branding/logo/src', /./],
    ['another face', { face: 'comic' }, '#/branding/face', /./],
    ['what it does not know', { shadow: true }, '#/branding', /./],
  ])('refuse %s, and say where', async (_, branding, where, message) => {
    const answer = await brand(branding)
    expect(answer.status).toBe(422)
    expect(answer.body.problems).toContainEqual({ where, message: expect.stringMatching(message) })
  })
})

describe('the extent of an issue', () => {
  test('is its template’s unless the issue says another', async () => {
    const words = 'It will rain in the north and in the south, and in between. '
    const paragraph = (index: number) => ({
      type: 'paragraph',
      content: [{ type: 'text', text: `Paragraph ${index}. ${words.repeat(4)}` }],
    })
    const article = {
      headline: 'A long rain',
      url: 'https://daily.example/rain',
      byline: { name: 'Ada', isAI: true },
      blocks: Array.from({ length: 12 }, (_, index) => paragraph(index)),
    }
    const { body } = await api.call('POST', '/v1/articles', article)
    const wanted = { newsletter: 'morning', articles: [body.id], excerpt: 'excerpt' }
    const { body: issue } = await api.call('POST', '/v1/issues', wanted)
    expect(issue.excerpt).toBe('excerpt')
    const cut = await htmlOf(issue.id)
    expect([cut.includes('Paragraph 11.'), cut.includes('Continue reading')]).toEqual([false, true])
    for (const excerpt of ['full', null]) {
      expect((await api.call('PATCH', `/v1/issues/${issue.id}`, { excerpt })).body.excerpt).toBe(excerpt)
      expect(await htmlOf(issue.id)).toContain('Paragraph 11.')
    }
    await api.call('PATCH', `/v1/issues/${issue.id}`, { excerpt: 'full' })
    expect((await api.call('PATCH', `/v1/issues/${issue.id}`, { subject: 'Rain' })).body.excerpt).toBe('full')
  })
})

describe('the headers of an issue', () => {
  test('name mail, newsletter and sender to Gmail, alike in every mail, and nobody who gets it', async () => {
    const headers = async () => {
      const { body } = await api.call('GET', `/v1/issues/${made.issue.id}/preview`)
      return Object.fromEntries(body.headers.map(({ name, value }: Record<string, string>) => [name, value]))
    }
    const id = (await headers())['Feedback-ID']
    expect(id).toMatch(new RegExp(`^${made.issue.id}:morning:issue:[0-9a-f]{12}$`))
    await brand({ footer: 'Another look.' })
    expect((await headers())['Feedback-ID']).toBe(id)
  })
})

describe('a preview and a test mail', () => {
  test('can be had in every language', async () => {
    const url = `/v1/issues/${made.issue.id}`
    const { body } = await api.call('GET', `${url}/preview?language=de-AT`)
    expect(body).toMatchObject({ locale: 'de', text: expect.stringContaining('Sie erhalten The Morning') })
    expect((await api.call('GET', `${url}/preview?language=tlh`)).body.locale).toBe('en')
    expect((await api.call('GET', `${url}/preview?language=not%20one`)).status).toBe(422)
    const sent = await api.call('POST', `${url}/test`, { to: 'x@example.com', language: 'ar' })
    const view = await api.call('GET', `/view/${sent.body.editionHash}`, undefined, { key: null })
    expect(view.headers['content-language']).toBe('ar')
    expect(view.body).toMatch(/<html[^>]* dir="rtl"/)
  })

  test('of a subscriber is in their language', async () => {
    await api.database.pool.query(`update subscriber set locale = 'fr-CA' where address_key = 'ada@example.com'`)
    const sent = await api.call('POST', `/v1/issues/${made.issue.id}/test`, { to: 'ada@example.com' })
    expect((await api.app.readEdition(sent.body.editionHash)).locale).toBe('fr')
  })
})

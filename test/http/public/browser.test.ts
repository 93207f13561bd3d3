import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageLanguages } from '../../../src/http/public/strings.ts'
import { hasChromium, launchChromium } from '../../emails/chromium.ts'
import { aNewsletter, type Calling, openCalling } from '../calling.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SITE = 'http://localhost:8025'

describe.runIf(hasChromium)('in a browser', () => {
  let api: Calling
  let browser: Browser
  let pages: Readonly<Record<string, string>>

  beforeAll(async () => {
    api = await openCalling()
    browser = await launchChromium()
    const { body: newsletter } = await api.call('POST', '/v1/newsletters', aNewsletter)
    const csv = 'email\nreader@example.com\n'
    const url = '/v1/subscribers/import?newsletter=morning&consentSource=fair'
    await api.call('POST', url, undefined, { raw: csv, type: 'text/csv' })
    const reader = await api.app.store.subscribers.findByAddress('reader@example.com')
    if (!reader) throw new Error('There is no reader.')
    const whose = { newsletterId: newsletter.id, subscriberId: reader.id }
    pages = {
      home: '/',
      form: '/n/morning',
      preferences: `/preferences/${api.app.tokens.sign('preferences', whose)}`,
      'a dead link': '/unsubscribe/nonsense',
    }
  })
  afterAll(async () => {
    await browser?.close()
    await api?.close()
  })

  /** Opens a page of the server without a network, as a browser of that language does. */
  async function open<T>(path: string, locale: string, look: (page: Page) => Promise<T>) {
    const context = await browser.newContext({ locale, viewport: { width: 600, height: 800 } })
    const page = await context.newPage()
    await context.route('**/*', async (route) => {
      const request = route.request()
      const answer = await api.server.inject({
        method: request.method() === 'POST' ? 'POST' : 'GET',
        url: request.url().slice(SITE.length),
        headers: await request.allHeaders(),
        ...(request.postDataBuffer() === null ? {} : { payload: request.postDataBuffer() ?? '' }),
      })
      // The policy forbids every script, that of this test too.
      const { 'content-security-policy': _, ...headers } = answer.headers
      const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
      await route.fulfill({ status: answer.statusCode, headers: Object.fromEntries(texts), body: answer.rawPayload })
    })
    try {
      await page.goto(`${SITE}${path}`)
      return await look(page)
    } finally {
      await context.close()
    }
  }

  test.each(pageLanguages)(
    'the pages in %s have no fault that axe finds, in both schemes, and fit into a phone',
    async (language) => {
      for (const [name, path] of Object.entries(pages)) {
        const seen = await open(path, language, async (page) => {
          await page.evaluate(AXE)
          const light = await faultsOf(page)
          await page.emulateMedia({ colorScheme: 'dark' })
          const dark = await faultsOf(page, ['color-contrast'])
          await page.setViewportSize({ width: 320, height: 800 })
          return { light, dark, width: await page.evaluate('document.documentElement.scrollWidth') }
        })
        expect({ name, ...seen }).toEqual({ name, light: [], dark: [], width: 320 })
      }
    },
  )

  test('the form is filled in and sent with the keyboard alone, from the right too', async () => {
    const answer = await open('/n/morning', 'ar', async (page) => {
      const stops: unknown[] = []
      for (let stop = 0; stop < 4; stop++) {
        await page.keyboard.press('Tab')
        stops.push(await page.evaluate('document.activeElement.id || document.activeElement.tagName'))
        if (stops.at(-1) === 'email') await page.keyboard.type('keys@example.com')
      }
      await page.keyboard.press('Enter')
      await page.waitForURL('**/subscribe')
      return { stops, title: await page.title(), dir: await page.getAttribute('html', 'dir') }
    })
    expect(answer).toEqual({
      stops: ['A', 'email', 'first_name', 'BUTTON'],
      title: 'تفقّد بريدك الوارد – The Morning',
      dir: 'rtl',
    })
    expect((await api.app.store.subscribers.findByAddress('keys@example.com'))?.locale).toBe('ar')
  })

  test('text begins at the right in Arabic, and names stay whole in it', async () => {
    const places = await open('/n/morning', 'ar', (page) =>
      page.evaluate(`(() => {
        const main = document.querySelector('main').getBoundingClientRect()
        const button = document.querySelector('main button').getBoundingClientRect()
        return { right: Math.round(main.right - button.right), isolated: document.querySelector('h1 bdi').textContent }
      })()`),
    )
    expect(places).toEqual({ right: 0, isolated: 'The Morning' })
  })
})

async function faultsOf(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const options = rules === undefined ? {} : { runOnly: rules }
  const results: AxeResults = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
}

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageLanguages } from '../../../src/http/public/strings.ts'
import { axeFaults, COLOURS } from '../../support/axe.ts'
import { hasChromium, launchChromium } from '../../support/chromium.ts'
import { FakeClock } from '../../support/clock.ts'
import { aNewsletter, type Calling, openCalling } from '../calling.ts'

const SITE = 'http://localhost:8025'
const ELSEWHERE = 'http://site.example/page'

/** `elsewhere`: the page of another site. `keepsPolicy`: what the page may do is as the server says. `isQuick`: no time passes. */
type How = {
  readonly javaScriptEnabled?: boolean
  readonly elsewhere?: string
  readonly keepsPolicy?: boolean
  readonly isQuick?: boolean
}

describe.runIf(hasChromium)('in a browser', () => {
  let api: Calling
  let clock: FakeClock
  let browser: Browser
  let pages: Readonly<Record<string, string>>

  beforeAll(async () => {
    clock = new FakeClock()
    api = await openCalling({ clock })
    await clock.attach(api.database.pool)
    browser = await launchChromium()
    const { body: newsletter } = await api.call('POST', '/v1/newsletters', aNewsletter)
    await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug: 'evening', name: 'The Evening' })
    const csv = 'email\nreader@example.com\nleaver@example.com\n'
    for (const slug of ['morning', 'evening']) {
      const url = `/v1/subscribers/import?newsletter=${slug}&consentSource=fair`
      await api.call('POST', url, undefined, { raw: csv, type: 'text/csv' })
    }
    const [reader, leaver] = [await find('reader@example.com'), await find('leaver@example.com')]
    await api.app.store.subscribers.pause(newsletter.id, leaver.id, new Date('2026-12-01'), { source: 'test' })
    const whose = { newsletterId: newsletter.id, subscriberId: reader.id }
    const soon = { ...whose, expiresAt: new Date(api.app.clock.now().getTime() + 600_000) }
    pages = {
      home: '/',
      form: '/n/morning',
      preferences: `/preferences/${api.app.tokens.sign('preferences', whose)}`,
      'preferences with a pause': `/preferences/${api.app.tokens.sign('preferences', { ...whose, subscriberId: leaver.id })}`,
      confirm: `/confirm/${api.app.tokens.sign('confirm', soon)}`,
      leave: `/unsubscribe/${api.app.tokens.sign('unsubscribe', whose)}`,
      'a dead link': '/unsubscribe/nonsense',
    }
  })
  afterAll(async () => {
    await browser?.close()
    await api?.close()
  })

  async function find(address: string) {
    const found = await api.app.store.subscribers.findByAddress(address)
    if (!found) throw new Error('There is no such reader.')
    return found
  }

  /** Opens a page of the server without a network, as a browser of that language does. */
  async function open<T>(path: string, locale: string, look: (page: Page) => Promise<T>, how: How = {}) {
    const { javaScriptEnabled = true, elsewhere, keepsPolicy = false, isQuick = false } = how
    const context = await browser.newContext({ locale, javaScriptEnabled, viewport: { width: 600, height: 800 } })
    const page = await context.newPage()
    const strange: string[] = []
    await context.route('**/*', async (route) => {
      const request = route.request()
      if (request.url() === ELSEWHERE) return route.fulfill({ contentType: 'text/html', body: elsewhere ?? '' })
      if (!request.url().startsWith(`${SITE}/`)) {
        strange.push(request.url())
        return route.abort()
      }
      const answer = await api.server.inject({
        method: request.method() === 'POST' ? 'POST' : 'GET',
        url: request.url().slice(SITE.length),
        headers: await request.allHeaders(),
        ...(request.postDataBuffer() === null ? {} : { payload: request.postDataBuffer() ?? '' }),
      })
      // The policy forbids every script, that of this test too.
      const { 'content-security-policy': policy, ...others } = answer.headers
      const headers = keepsPolicy ? { ...others, 'content-security-policy': policy } : others
      const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
      await route.fulfill({ status: answer.statusCode, headers: Object.fromEntries(texts), body: answer.rawPayload })
    })
    try {
      await page.goto(path.startsWith('/') ? `${SITE}${path}` : path)
      // Whoever fills in a form takes some time.
      if (!isQuick) await clock.advance(5_000)
      const seen = await look(page)
      expect([strange, await context.cookies()]).toEqual([[], []])
      return seen
    } finally {
      await context.close()
    }
  }

  test.each(pageLanguages)(
    'the pages in %s have no fault that axe finds, in both schemes, and fit into a phone',
    async (language) => {
      await open('/', language, async (page) => {
        for (const [name, path] of Object.entries(pages)) {
          await page.setViewportSize({ width: 600, height: 800 })
          await page.emulateMedia({ colorScheme: 'light' })
          await page.goto(`${SITE}${path}`)
          const light = await axeFaults(page)
          await page.emulateMedia({ colorScheme: 'dark' })
          const dark = await axeFaults(page, COLOURS)
          await page.setViewportSize({ width: 320, height: 800 })
          const width = await page.evaluate('document.documentElement.scrollWidth')
          expect({ name, light, dark, width }).toEqual({ name, light: [], dark: [], width: 320 })
        }
      })
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

  test('the form that comes back puts the keyboard where the fault is, and says it to screen readers', async () => {
    const seen = await open('/n/morning', 'en', async (page) => {
      await page.fill('#email', 'nobody')
      await page.click('main button')
      await page.waitForURL('**/subscribe')
      const field = page.getByRole('textbox', { name: 'Email address' })
      return {
        focus: await page.evaluate('document.activeElement.id'),
        invalid: await field.getAttribute('aria-invalid'),
        alert: await page.getByRole('alert').textContent(),
        trap: await page.getByLabel('Leave this empty').isVisible(),
      }
    })
    expect(seen).toEqual({
      focus: 'email',
      invalid: 'true',
      alert: 'Please check the email address. It has a form such as name@example.com.',
      trap: false,
    })
  })

  test('every field and button of the preferences has a name of its own', async () => {
    const names = await open(pages.preferences ?? '', 'en', async (page) => ({
      buttons: await page.getByRole('button').allTextContents(),
      dates: [
        await page.getByLabel('Pause The Morning until').count(),
        await page.getByLabel('Pause The Evening until').count(),
      ],
      about: [
        await page.getByRole('textbox', { name: 'First name (optional)' }).count(),
        await page.getByRole('combobox', { name: 'Your language, in mail and on these pages' }).count(),
        await page.getByRole('combobox', { name: 'Your time zone' }).count(),
      ],
      regions: await page.getByRole('region').count(),
    }))
    expect(names).toEqual({
      buttons: [
        'Leave The Morning',
        'Pause The Morning',
        'Leave The Evening',
        'Pause The Evening',
        'Leave all newsletters',
        'Save',
      ],
      dates: [1, 1],
      about: [1, 1, 1],
      regions: 3,
    })
  })

  test('a reader does everything with the keyboard and without JavaScript, under the policy of the pages', async () => {
    const press = async (page: Page, name: string) => {
      await page.getByRole('button', { name, exact: true }).focus()
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
    }
    const seen = await open(
      '/n/morning',
      'en',
      async (page) => {
        await page.getByLabel('Email address').fill('life@example.com')
        await press(page, 'Subscribe')
        // Too quick for a person, says the form, and takes it a moment later.
        const told = await page.getByRole('alert').textContent()
        await clock.advance(5_000)
        await press(page, 'Subscribe')
        const heard = await page.getByRole('heading', { level: 1 }).textContent()
        const { id } = await find('life@example.com')
        const { body: newsletter } = await api.call('GET', '/v1/newsletters/morning')
        const reader = { newsletterId: newsletter.id, subscriberId: id }
        await page.goto(api.app.links.confirm(reader, new Date(api.app.clock.now().getTime() + 60_000)))
        await press(page, 'Confirm subscription')
        await page.getByRole('link', { name: 'Go to your preferences' }).click()
        await page.getByLabel('Pause The Morning until').fill('2026-02-01')
        await press(page, 'Pause The Morning')
        const paused = (await find('life@example.com')).subscriptions[0]?.pausedUntil !== null
        await press(page, 'Receive The Morning now')
        await page.getByLabel('First name (optional)').fill('Lia')
        await page.getByLabel('Your time zone').selectOption('Europe/Berlin')
        await press(page, 'Save')
        const saved = await page.getByRole('status').textContent()
        await page.goto(api.app.links.unsubscribe(reader))
        await press(page, 'Unsubscribe')
        const left = (await find('life@example.com')).subscriptions[0]?.status
        await press(page, 'Receive The Morning again')
        return { told, heard, paused, saved, left }
      },
      { javaScriptEnabled: false, keepsPolicy: true, isQuick: true },
    )
    expect(seen).toEqual({
      told: 'Please press the button once more. That keeps machines out.',
      heard: 'Check your inbox',
      paused: true,
      saved: 'Saved.',
      left: 'unsubscribed',
    })
    expect(await find('life@example.com')).toMatchObject({
      firstName: 'Lia',
      timeZone: 'Europe/Berlin',
      subscriptions: [{ status: 'confirmed', pausedUntil: null }],
    })
  })

  describe('the form on another site', () => {
    const snippet = async (query = '') => (await api.call('GET', `/v1/newsletters/morning/form${query}`)).body.html
    const fill = async (page: Page, email: string) => {
      await page.getByLabel('Email address').fill(email)
      await page.getByRole('button', { name: 'Subscribe' }).click()
    }

    test('keeps its reader there with our script, and says the answer where screen readers hear it', async () => {
      const elsewhere = `<!doctype html><html lang="en"><title>A site</title><main><h1>A site</h1>${await snippet()}</main>`
      const seen = await open(
        ELSEWHERE,
        'en',
        async (page) => {
          await page.evaluate(`document.querySelector('form').noValidate = true`)
          await fill(page, 'nobody@')
          const status = page.getByRole('status')
          await status.filter({ hasText: 'Please check' }).waitFor()
          await fill(page, 'there@example.com')
          await status.filter({ hasText: 'We have sent a mail' }).waitFor()
          return {
            url: page.url(),
            email: await page.getByLabel('Email address').inputValue(),
            faults: await axeFaults(page),
          }
        },
        { elsewhere },
      )
      expect(seen).toEqual({ url: ELSEWHERE, email: '', faults: [] })
      expect((await find('there@example.com')).subscriptions[0]?.status).toBe('pending')
    })

    test('leads to a page of ours without JavaScript', async () => {
      const elsewhere = `<!doctype html><html lang="en"><title>A site</title>${await snippet('?language=de')}`
      const title = await open(
        ELSEWHERE,
        'en',
        async (page) => {
          await page.getByLabel('E-Mail-Adresse').fill('plain@example.com')
          await page.getByRole('button').click()
          await page.waitForURL(`${SITE}/subscribe`)
          return page.title()
        },
        { elsewhere, javaScriptEnabled: false },
      )
      expect(title).toContain('The Morning')
      expect(await find('plain@example.com')).toMatchObject({ locale: 'de' })
    })
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

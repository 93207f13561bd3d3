import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFaults, COLOURS } from '../support/axe.ts'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { type Desk, notice, openDesk } from './desk.ts'

if (!hasChromium) test.skip('skipped: Chromium is not installed', () => undefined)

const VIEWS = ['mail', 'text', 'source', 'headers', 'checks', 'slots', 'branches']
// On a machine that is busy with other tests, which decide nothing here.
const SOON = { timeout: 20_000 }
// The mail in the frame is looked at by the tests of the templates.
const OUTSIDE_FRAME = { iframes: false }
const GATE = 'template=notice&article=gate.md'

describe.runIf(hasChromium)('the page in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  let desk: Desk
  beforeAll(async () => {
    browser = await launchChromium()
    desk = await openDesk()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  /** Opens the page; what it asks of others, and every script error, is kept. */
  async function look(
    query: string,
    use: (page: Page, faults: string[]) => Promise<void>,
    more?: BrowserContextOptions,
  ) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...more })
    page.setDefaultTimeout(SOON.timeout)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(desk.preview.url) && !url.startsWith('data:')) faults.push(url)
    })
    try {
      await page.goto(`${desk.preview.url}/?${query}`)
      await settled(page)
      await use(page, faults)
      expect(faults).toEqual([])
    } finally {
      await page.close()
    }
  }

  const settled = (page: Page) => page.locator('#state', { hasText: /Follows|seen after|no mail/ }).waitFor()
  const mail = (page: Page) => page.frameLocator('#mail')
  const focused = (page: Page) => page.evaluate('document.activeElement.name + " " + document.activeElement.value')
  const inMail = (page: Page, expression: string) => page.frame({ url: /\/mail\?/ })?.evaluate(expression)

  test('shows what the address says, and says in the address what is chosen', async () => {
    await look(`${GATE}&reader=nobody&width=375&scheme=dark`, async (page) => {
      await mail(page).getByText('Dear you: The gate').waitFor()
      expect(await inMail(page, 'innerWidth')).toBe(375)
      await page.locator('select[name=reader]').selectOption('emoji')
      await mail(page).getByText('👩🏽‍👩🏽‍👧🏽‍👦🏽 Ada').waitFor()
      expect(new URL(page.url()).searchParams.get('reader')).toBe('emoji')
      await page.reload()
      await mail(page).getByText('👩🏽‍👩🏽‍👧🏽‍👦🏽 Ada').waitFor()
      expect(await page.getByRole('radio', { name: '375' }).isChecked()).toBe(true)
    })
  })

  test('is worked with the keyboard alone', async () => {
    await look(GATE, async (page) => {
      await page.getByRole('radio', { name: 'Mail', exact: true }).focus()
      for (const view of ['Text', 'Source', 'Headers', 'Checks', 'Slots']) {
        await page.keyboard.press('ArrowRight')
        await expect.poll(() => focused(page), SOON).toBe(`view ${view.toLowerCase()}`)
      }
      await page.keyboard.press('Tab')
      await expect.poll(() => focused(page), SOON).toBe('width 600')
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => new URL(page.url()).searchParams.get('width'), SOON).toBe('800')
    })
  })

  test('shows light, dark, inverted and Outlook’s dark as each of them is', async () => {
    const colors: unknown[] = []
    for (const scheme of ['light', 'dark', 'inverted', 'outlook']) {
      await look(`${GATE}&scheme=${scheme}`, async (page) => {
        await mail(page).getByText('Dear Ada').waitFor()
        colors.push(await inMail(page, "getComputedStyle(document.querySelector('p')).color"))
      })
    }
    expect(colors).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)', 'rgb(255, 255, 255)', 'rgb(255, 255, 255)'])
  })

  test('draws pictures in their size, leaves them out, and asks for none elsewhere unless told to', async () => {
    const widths: unknown[] = []
    for (const pictures of ['drawn', 'off']) {
      await look(`${GATE}&pictures=${pictures}`, async (page) => {
        await mail(page).getByText('Dear Ada').waitFor()
        widths.push(await inMail(page, "document.querySelector('img').naturalWidth"))
      })
    }
    expect(widths).toEqual([200, 0])
  })

  test('lets no script of a mail or of a name run', async () => {
    const active = `export default function Mail() { return <html><body>
      <p>Here</p><script dangerouslySetInnerHTML={{ __html: 'parent.hacked = 1' }} />
      <div dangerouslySetInnerHTML={{ __html: '<img src=x onerror="parent.hacked = 1"><form action="https://x.example"></form>' }} />
    </body></html> }`
    await desk.save('emails/active.tsx', active)
    await expect
      .poll(async () => (await fetch(`${desk.preview.url}/mail?template=active&article=gate.md`)).status, SOON)
      .toBe(200)
    await look('template=active&article=gate.md', async (page) => {
      await mail(page).getByText('Here').waitFor()
      expect(await page.evaluate("'hacked' in window")).toBe(false)
    })
    for (const view of VIEWS) {
      await look(`${GATE}&reader=quotes&view=${view}&slot.plan=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E`, async (page) => {
        expect(await page.locator('img').count()).toBe(0)
      })
    }
  })

  test('fills a slot by hand and takes a branch of the matrix', async () => {
    await look(`${GATE}&view=slots`, async (page) => {
      await page.getByLabel('Value of first_name').fill('Grace')
      await page.keyboard.press('Tab')
      await page.getByRole('radio', { name: 'Branches' }).check({ force: true })
      await page.getByRole('button', { name: 'Look at this one' }).first().click()
      await mail(page).getByText('Dear Grace').waitFor()
      await mail(page).getByText('Thank you for paying.').waitFor()
      expect(new URL(page.url()).searchParams.get('slot.plan')).toBe('paid')
    })
  })

  test('shows a template that throws with its line, and its mail again after the next save', async () => {
    await look('template=notice&article=gate.md', async (page) => {
      await desk.save('emails/notice.tsx', 'export default function Notice() {\n  throw new Error("out of ink")\n}')
      await page.getByRole('heading', { name: 'There is no mail to see' }).waitFor()
      expect(await page.locator('#failure mark').textContent()).toContain('throw new Error("out of ink")')
      await desk.save('emails/notice.tsx', notice('Mended'))
      await mail(page).getByText('Mended Ada').waitFor()
      expect(await page.locator('#failure').isHidden()).toBe(true)
      await desk.save('emails/notice.tsx', notice('Dear'))
      await mail(page).getByText('Dear Ada').waitFor()
    })
  })

  test('keeps its place when a mail is shown again', async () => {
    await look('template=article&width=320', async (page) => {
      await page.mouse.move(800, 500)
      await page.mouse.wheel(0, 900)
      await expect.poll(() => page.evaluate('Math.round(scrollY)'), SOON).toBe(900)
      await desk.save('articles/other.md', '---\nbyline: Mara\nheadline: Other\n---\n\nInk.\n')
      await page.locator('#state', { hasText: 'other.md: seen after' }).waitFor()
      expect(await page.evaluate('Math.round(scrollY)')).toBe(900)
    })
  })

  test('sends a test mail to the address it is given, and says where it went', async () => {
    await look(GATE, async (page) => {
      await page.getByLabel('To', { exact: true }).fill('editor@example.com')
      await page.getByRole('button', { name: 'Send test' }).click()
      await page.locator('#sent', { hasText: 'Nothing was sent: no provider is configured.' }).waitFor()
    })
  })

  test.each(VIEWS)('has no fault that axe finds in %s, light or dark', async (view) => {
    await look(`${GATE}&view=${view}`, async (page) => {
      expect(await axeFaults(page, OUTSIDE_FRAME)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await axeFaults(page, { ...OUTSIDE_FRAME, ...COLOURS })).toEqual([])
    })
  })

  test('has no fault that axe finds when there is no mail', async () => {
    await look('template=notice&article=gone.md', async (page) =>
      expect(await axeFaults(page, OUTSIDE_FRAME)).toEqual([]),
    )
  })

  test('fits a telephone', async () => {
    const phone = { viewport: { width: 320, height: 700 } }
    await look(
      `${GATE}&width=320`,
      async (page) => expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320),
      phone,
    )
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Block } from '../../emails/props.ts'
import { sampleIssue } from '../../emails/sample.ts'
import { articleTemplate, confirmTemplate, issueWith, paragraph, rendered, words } from './rendering.tsx'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const OFFLINE = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
const executable = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((file) => existsSync(file))

const WIDE: Block[] = [
  paragraph(`https://harbour.example/${'a'.repeat(300)}`),
  { type: 'code', text: 'x'.repeat(200) },
  { type: 'table', head: [], rows: [['internationalisation', 'b'.repeat(60), 'c', 'd', 'e', 'f'].map(words)] },
  { type: 'image', src: 'https://pics.example/a.png', alt: 'A gate', width: 4000, height: 20 },
]
const MAILS = [
  { name: 'the sample issue', template: articleTemplate, props: sampleIssue },
  {
    name: 'an issue wider than any screen',
    template: articleTemplate,
    props: issueWith({ headline: 'Super'.repeat(40), blocks: WIDE }),
  },
  { name: 'the confirmation', template: confirmTemplate, props: confirmTemplate.sample ?? {} },
]

const may = process.env.PRESSROOM_TEST_ALL === '1' || executable !== undefined
if (!may) test.skip('skipped: Chromium is not installed', () => undefined)

describe.runIf(may)('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu', ...OFFLINE] })
  })
  afterAll(() => browser?.close())

  describe.each(MAILS)('$name', ({ template, props }) => {
    test.each(['light', 'dark'] as const)('has no fault that axe finds on a %s screen', async (colorScheme) => {
      await onPage(browser, { colorScheme, width: 600 }, (await rendered(template, props)).html, async (page) => {
        expect(await axeFaults(page)).toEqual([])
      })
    })

    test.each([320, 600])('fits a screen of %i px', async (width) => {
      await onPage(browser, { width }, (await rendered(template, props)).html, async (page) => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      })
    })

    test('still fits a phone, and is never wider than 600 px, without its style block', async () => {
      const html = (await rendered(template, props)).html.replace(/<style>.*?<\/style>/s, '')
      await onPage(browser, { width: 375 }, html, async (page) => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
      })
      await onPage(browser, { width: 1200 }, html, async (page) => {
        expect(await page.evaluate('document.querySelector("[data-mso] + table").offsetWidth')).toBe(600)
      })
    })

    test('has buttons high enough for a thumb', async () => {
      await onPage(browser, { width: 320 }, (await rendered(template, props)).html, async (page) => {
        const heights =
          '[...document.querySelectorAll("a")].filter((a) => getComputedStyle(a).display === "inline-block")'
        expect(await page.evaluate(`${heights}.filter((a) => a.offsetHeight < 44).length`)).toBe(0)
      })
    })
  })
})

type Screen = { readonly width: number; readonly colorScheme?: 'light' | 'dark' }

async function onPage(browser: Browser, screen: Screen, html: string, look: (page: Page) => Promise<void>) {
  const { width, colorScheme = 'light' } = screen
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
  try {
    await page.route('**/*', (route) => route.abort())
    await page.setContent(html)
    await look(page)
  } finally {
    await page.close()
  }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

// Landmarks are for pages; a mail is an article inside the page of somebody else.
const RUN_AXE = `axe.run({ rules: { region: { enabled: false }, 'landmark-one-main': { enabled: false } } })`

async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'))
  const { violations } = await page.evaluate<Pick<AxeResults, 'violations'>>(RUN_AXE)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
}

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const OFFLINE = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

const executable = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((file) => existsSync(file))

/** Whether the tests that need a browser can run, or have to because all are asked for. */
export const hasChromium = process.env.PRESSROOM_TEST_ALL === '1' || executable !== undefined

/** A browser without a network, whose pictures do not depend on the machine's screen. */
export function launchChromium(): Promise<Browser> {
  const steady = ['--force-color-profile=srgb', '--disable-lcd-text', '--font-render-hinting=none', '--hide-scrollbars']
  return chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu', ...OFFLINE, ...steady] })
}

export type Screen = { readonly width: number; readonly colorScheme?: 'light' | 'dark' }

// A grey picture of any size, for all that a mail asks for.
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#808080"/></svg>'

const pages = new WeakMap<Browser, Promise<Page>>()

/** Shows a mail on a screen; nothing is fetched. One after another: it is the same page for all, which is a second quicker. */
export async function onPage<T>(
  browser: Browser,
  { width, colorScheme = 'light' }: Screen,
  html: string,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const page = await (pages.get(browser) ?? openPage(browser))
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme, media: null })
  await page.setContent(html)
  return look(page)
}

function openPage(browser: Browser): Promise<Page> {
  const opening = browser.newPage().then(async (page) => {
    await page.route('**/*', (route) => route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }))
    return page
  })
  pages.set(browser, opening)
  return opening
}

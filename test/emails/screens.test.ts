import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { light } from '../../emails/palette.ts'
import type { IssueProps, SingleProps } from '../../emails/props.ts'
import { MONO, SANS, SERIF } from '../../emails/theme.ts'
import { TEST_CACHE } from '../edition/rendering.ts'
import { hasChromium, launchChromium, onPage, type Screen } from '../support/chromium.ts'
import { blockFont } from './block-font.ts'
import { finalMail, ISSUES, NOTICES, propsIn } from './mails.ts'

// Pictures of every mail on six screens are kept in screens/ and compared to the pixel. Text is set in blocks, so that a
// picture shows every size, colour, distance and line break of the mail and nothing of the machine's fonts.
// `UPDATE_SCREENS=1 npx vitest run test/emails/screens.test.ts` takes them anew.

const FOLDER = join(import.meta.dirname, 'screens')
const TAKEN = join(TEST_CACHE, 'screens')
const WIDTHS = [600, 375, 320] as const
const SCHEMES = ['light', 'dark'] as const
const TEMPLATES = [...Object.keys(ISSUES), ...NOTICES]

if (!hasChromium) test.skip('skipped: Chromium is not installed', () => undefined)

describe.runIf(hasChromium)('the picture', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
    await mkdir(TAKEN, { recursive: true })
    await mkdir(FOLDER, { recursive: true })
  })
  afterAll(() => browser?.close())

  test.each(TEMPLATES)('of the template %s is as it was at every width, light and dark', async (name) => {
    const screens = WIDTHS.flatMap((width) => SCHEMES.map((colorScheme) => ({ width, colorScheme })))
    await areAsTheyWere(browser, name, propsIn(name, 'en'), screens)
  })

  test('of an Arabic digest is as it was, light and dark', async () => {
    const screens = SCHEMES.map((colorScheme) => ({ width: 375, colorScheme }))
    await areAsTheyWere(browser, 'digest', propsIn('digest', 'ar'), screens)
  })

  describe('is another', () => {
    const changes: Readonly<Record<string, (html: string) => string>> = {
      'when a colour is off by a shade': (html) => html.replaceAll(light.muted, '#4c4840'),
      'when the colour of one button is missing': (html) => html.replace(`background-color:${light.accent}`, ''),
      'when a distance is one pixel more': (html) => html.replace('margin:16px 0 0', 'margin:17px 0 0'),
      'when a face is another': (html) => html.replaceAll(SERIF, SANS),
      'when a hairline is gone': (html) => html.replace(/border-top:1px solid/, 'border-top:0 solid'),
    }
    test.each(Object.keys(changes))('%s', async (change) => {
      const { html } = await finalMail('digest', propsIn('digest', 'en'))
      const screen = { width: 600 } as const
      const before = await picture(browser, html, screen)
      const after = await picture(browser, changes[change]?.(html) ?? html, screen)
      expect(await difference(browser, before, before)).toBe(0)
      expect(await difference(browser, before, after)).toBeGreaterThan(ALLOWED)
    })
  })
})

/** The share of pixels that may differ: the edges of blocks fall between pixels, and browsers round differently. */
const ALLOWED = 0.0005
/** How far a pixel may be off, of 255 in any channel, to count as the same. */
const SHADE = 8

async function areAsTheyWere(
  browser: Browser,
  template: string,
  props: IssueProps | SingleProps,
  screens: readonly Screen[],
): Promise<void> {
  const { html } = await finalMail(template, props)
  const taken = await pictures(browser, html, screens)
  for (const [index, { width, colorScheme }] of screens.entries()) {
    const name = `${template}-${props.newsletter.locale}-${width}-${colorScheme}.png`
    await isAsItWas(browser, name, taken[index] ?? Buffer.alloc(0))
  }
}

async function isAsItWas(browser: Browser, name: string, taken: Buffer): Promise<void> {
  const file = join(FOLDER, name)
  if (process.env.UPDATE_SCREENS === '1') await writeFile(file, taken)
  if (!existsSync(file)) throw new Error(`There is no ${file}. Set UPDATE_SCREENS=1 to take it.`)
  const share = await difference(browser, await readFile(file), taken)
  if (share > ALLOWED) await writeFile(join(TAKEN, name), taken)
  expect(share, `Compare ${file} with ${join(TAKEN, name)}.`).toBeLessThanOrEqual(ALLOWED)
}

const FACES = [
  { name: 'BlockSerif', stack: SERIF, width: 480, bold: 520 },
  { name: 'BlockSans', stack: SANS, width: 520, bold: 560 },
  { name: 'BlockMono', stack: MONO, width: 600, bold: 600 },
]

const FONTS = FACES.flatMap(({ name, width, bold }) => [
  face(name, '100 500', blockFont({ width, height: 500 })),
  face(name, '600 900', blockFont({ width: bold, height: 700 })),
]).join('')

function face(name: string, weights: string, font: Buffer): string {
  const source = `url(data:font/ttf;base64,${font.toString('base64')})`
  return `@font-face{font-family:${name};font-weight:${weights};src:${source}}`
}

async function picture(browser: Browser, html: string, screen: Screen): Promise<Buffer> {
  const [only] = await pictures(browser, html, [screen])
  return only ?? Buffer.alloc(0)
}

function pictures(browser: Browser, html: string, screens: readonly Screen[]): Promise<readonly Buffer[]> {
  const inBlocks = FACES.reduce((page, { name, stack }) => page.replaceAll(stack, name), unshaped(html))
  const page = inBlocks.replace('</head>', `<style>${FONTS}</style></head>`)
  return onPage(browser, { width: 600 }, page, async (page) => {
    await page.evaluate('document.fonts.ready')
    const taken: Buffer[] = []
    for (const { width, colorScheme } of screens) {
      await page.emulateMedia({ colorScheme: colorScheme ?? 'light' })
      await page.setViewportSize({ width, height: 800 })
      taken.push(await page.screenshot({ fullPage: true, animations: 'disabled' }))
    }
    return taken
  })
}

// Arabic letters are joined, and marks set above them, by rules that change with the browser: Hebrew ones stand for them.
function unshaped(html: string): string {
  return html.replace(/[\u064b-\u065f]/g, '').replace(/[\u0600-\u06ff]/g, 'א')
}

/** The share of pixels in which two pictures differ, from 0 to 1; pictures of different sizes have nothing in common. */
async function difference(browser: Browser, before: Buffer, after: Buffer): Promise<number> {
  if (before.equals(after)) return 0
  const sources = JSON.stringify([before, after].map((png) => `data:image/png;base64,${png.toString('base64')}`))
  return onPage(browser, { width: 100 }, '', (page) => page.evaluate<number>(`(${COMPARE})(${sources}, ${SHADE})`))
}

const COMPARE = `async (sources, shade) => {
  const [before, after] = await Promise.all(sources.map(async (source) => {
    const image = new Image()
    image.src = source
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return context.getImageData(0, 0, image.width, image.height)
  }))
  if (before.width !== after.width || before.height !== after.height) return 1
  const differs = (at) => [0, 1, 2].some((part) => Math.abs(before.data[at + part] - after.data[at + part]) > shade)
  let count = 0
  for (let at = 0; at < before.data.length; at += 4) if (differs(at)) count += 1
  return count / (before.data.length / 4)
}`

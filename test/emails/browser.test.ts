import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Block, Inline, IssueProps } from '../../emails/props.ts'
import { sampleDigest, sampleIssue, sampleNewsletter } from '../../emails/sample.ts'
import { axeFaults, COLOURS } from '../support/axe.ts'
import { hasChromium, launchChromium, onPage } from '../support/chromium.ts'
import { ARABIC, finalMail, ISSUES, languages, NOTICES, newsletterIn, propsIn } from './mails.ts'
import { issueWith, paragraph, words } from './rendering.tsx'

const WIDE: Block[] = [
  paragraph(`https://harbour.example/${'a'.repeat(300)}`),
  { type: 'code', text: 'x'.repeat(200) },
  { type: 'table', head: [], rows: [['internationalisation', 'b'.repeat(60), 'c', 'd', 'e', 'f'].map(words)] },
  { type: 'image', src: 'https://pics.example/a.png', alt: 'A gate', width: 4000, height: 20 },
  { type: 'quote', paragraphs: [words('Super'.repeat(40))], attribution: 'Super'.repeat(40) },
  { type: 'list', ordered: true, items: [[paragraph('Super'.repeat(40))]] },
]
const ENDLESS = 'Super'.repeat(40)
const NOTED: Inline = { type: 'note', number: 1 }
const WIDEST = issueWith({
  headline: ENDLESS,
  byline: { name: ENDLESS, bio: ENDLESS, avatar: 'https://pics.example/a.png', isAI: true },
  perspective: { text: ENDLESS },
  blocks: [{ type: 'paragraph', content: [...words(ENDLESS), NOTED] }, ...WIDE],
  notes: [[paragraph(ENDLESS)]],
})
const BRANDED: IssueProps = {
  ...sampleDigest,
  newsletter: {
    ...sampleNewsletter,
    branding: {
      accent: '#1d4f7c',
      face: 'sans',
      logo: { src: 'https://harbour.example/logo.png', alt: 'The Harbour Record', width: 960, height: 192 },
      footer: 'Edited in Port Hale.',
    },
  },
}
const TEMPLATES = [...Object.keys(ISSUES), ...NOTICES]
const MAILS = [
  ...TEMPLATES.flatMap((template) =>
    languages.map((locale) => ({ name: `the ${template} in ${locale}`, template, props: propsIn(template, locale) })),
  ),
  { name: 'an issue wider than any screen', template: 'article', props: WIDEST },
  { name: 'a digest wider than any screen', template: 'digest', props: { ...WIDEST, articles: rows(WIDEST) } },
  { name: 'a letter wider than any screen', template: 'letter', props: WIDEST },
  {
    name: 'a welcome to an endless name',
    template: 'welcome',
    props: { ...propsIn('welcome', 'en'), newsletter: { ...sampleNewsletter, name: ENDLESS } },
  },
  { name: 'a digest with a brand of its own', template: 'digest', props: BRANDED },
  { name: 'an English article in an Arabic newsletter', template: 'article', props: mixed('ar', sampleIssue) },
  {
    name: 'an Arabic article in an English newsletter',
    template: 'article',
    props: mixed('en', { articles: [ARABIC] }),
  },
]

function rows({ articles: [lead] }: IssueProps): IssueProps['articles'] {
  const hero = { src: 'https://pics.example/a.png', alt: 'Super'.repeat(20), width: 4000, height: 3000 }
  return [lead, { ...lead, hero }, { ...lead, hero: undefined }]
}

function mixed(locale: string, { articles }: Pick<IssueProps, 'articles'>): IssueProps {
  return { ...sampleIssue, newsletter: newsletterIn(locale), articles }
}

if (!hasChromium) test.skip('skipped: Chromium is not installed', () => undefined)

describe.runIf(hasChromium)('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  test.each(MAILS)('$name has no fault that axe finds, light or dark, and fits every screen', async (mail) => {
    const { html } = await finalMail(mail.template, mail.props)
    await onPage(browser, { width: 600 }, html, async (page) => {
      expect(await axeFaults(page, MAIL)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await axeFaults(page, COLOURS)).toEqual([])
      for (const width of [600, 375, 320]) expect(await scrollWidth(page, width)).toBe(width)
      expect(await page.evaluate(LOW_BUTTONS)).toBe(0)
      expect(await page.evaluate(SMALL_TYPE)).toEqual([])

      // As clients show it that throw the style block away.
      await page.evaluate('document.querySelector("style").remove()')
      for (const width of [375, 320]) expect(await scrollWidth(page, width)).toBe(width)
      expect(await scrollWidth(page, 1200)).toBe(1200)
      expect(await page.evaluate(WIDEST_TABLE)).toBe(600)
    })
  })

  test('every picture says what it shows when pictures are off, in letters one can read', async () => {
    const [lead] = sampleIssue.articles
    const hero = { src: 'https://pics.example/a.png', alt: 'The gate, raised', width: 1200, height: 675 }
    const { html } = await finalMail('digest', {
      ...BRANDED,
      articles: [
        { ...lead, hero },
        { ...lead, hero },
      ],
    })
    const shown = '[...document.images].map(({ alt }) => alt)'
    const size = '[...document.images].every((image) => parseInt(getComputedStyle(image).fontSize) >= 14)'
    await onPage(browser, { width: 375 }, html, async (page) => {
      expect(await page.evaluate(shown)).toEqual(['The Harbour Record', hero.alt, hero.alt])
      expect(await page.evaluate(size)).toBe(true)
    })
  })

  test('on paper there is no button, no footer link and no colour of paper', async () => {
    const { html } = await finalMail('article', sampleIssue)
    await onPage(browser, { width: 600, colorScheme: 'dark' }, html, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      const text: string = await page.evaluate('document.body.innerText')
      expect(text).toContain('The tide gate that opens by itself')
      expect(text).toContain('4 Quay Street')
      expect(text).not.toMatch(/Unsubscribe|Listen|View in browser/)
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
      expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).color')).toBe('rgb(0, 0, 0)')
    })
  })
})

// Landmarks are for pages; a mail is an article inside the page of somebody else.
const MAIL = { rules: { region: { enabled: false }, 'landmark-one-main': { enabled: false } } }

const WIDEST_TABLE = 'Math.max(...[...document.querySelectorAll("table")].map((table) => table.offsetWidth))'

const LOW_BUTTONS =
  '[...document.querySelectorAll("a")].filter((a) => getComputedStyle(a).display === "inline-block" && a.offsetHeight < 44).length'

// All that is read is at least 14 px high but for the numbers of notes.
const SMALL_TYPE = `[...document.querySelectorAll('p, a, li, td, th, h1, h2, h3, h4, pre')].filter((element) =>
  element.textContent.trim() !== '' && element.checkVisibility() && parseInt(getComputedStyle(element).fontSize) < 14 &&
  [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')).map((element) => element.outerHTML)`

async function scrollWidth(page: Page, width: number): Promise<number> {
  await page.setViewportSize({ width, height: 800 })
  return page.evaluate<number>('document.documentElement.scrollWidth')
}

import { attribute, cut, named, outward, visible } from '../page.ts'
import type { Fault, Rule } from '../rule.ts'

export const language: Rule = {
  id: 'language',
  severity: 'error',
  explains:
    'The html element says in which language (lang) and direction (dir) the mail is, so that screen readers pronounce it.',
  mend: 'Write <Html lang={…} dir={…}> with the newsletter’s locale.',
  find({ page }) {
    const [html] = named(page, 'html')
    const lang = (html && attribute(html, 'lang')) ?? ''
    const dir = (html && attribute(html, 'dir')) ?? ''
    const faults: Fault[] = []
    if (!isLanguageTag(lang))
      faults.push({ where: 'html <html>', message: `It has no language in lang (${lang || 'missing'}).` })
    if (!/^(?:ltr|rtl)$/i.test(dir)) {
      faults.push({ where: 'html <html>', message: 'It has no direction in dir (ltr or rtl).', severity: 'warning' })
    }
    return faults
  },
}

export const textDirection: Rule = {
  id: 'text-direction',
  severity: 'warning',
  explains: 'Text in a script that runs from right to left stands in an element that says dir="rtl" or dir="auto".',
  mend: 'Put the article’s dir on the element around its text.',
  find({ page }) {
    return page.texts.flatMap(({ text, element }) => {
      if (!runsRightToLeft(text)) return []
      for (const around of outward(element)) {
        const dir = attribute(around, 'dir')?.toLowerCase()
        if (dir === 'rtl' || dir === 'auto') return []
        if (dir !== undefined || around.tagName === 'bdi') break
      }
      return [
        {
          where: `html “${cut(visible(text), 40)}”`,
          message: 'Text that runs from right to left is set from left to right.',
        },
      ]
    })
  },
}

export const title: Rule = {
  id: 'title',
  severity: 'warning',
  explains: 'The html has one title that is not empty, which screen readers and browser tabs show.',
  mend: 'Put <title> with the subject into the head, once.',
  find({ page }) {
    const titles = named(page, 'title')
    const text = titles[0]?.childNodes.map((node) => ('value' in node ? node.value : '')).join('') ?? ''
    if (titles.length > 1) return [{ where: 'html <title>', message: 'The mail has more than one title.' }]
    return visible(text) === '' ? [{ where: 'html <title>', message: 'The mail has no title.' }] : []
  },
}

function isLanguageTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length === 1
  } catch {
    return false
  }
}

/** More than a word or two, and most letters of it Arabic, Hebrew or the like. */
function runsRightToLeft(text: string): boolean {
  const rightToLeft =
    text.match(/[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/gu)?.length ?? 0
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return rightToLeft >= 12 && rightToLeft * 2 > letters
}

import { attribute, type Element, named, outward, shown, textOf } from '../page.ts'
import type { Rule } from '../rule.ts'

const MANY = 40
const MOST_BYTES = 1_000_000

export const imgAlt: Rule = {
  id: 'img-alt',
  severity: 'error',
  explains:
    'Every image has an alt text, which may be empty only where it decorates; one that is a whole link says where it leads.',
  mend: 'Write alt="…" as what the image says; alt="" if it says nothing and is no link.',
  find({ page }) {
    return named(page, 'img').flatMap((image) => {
      const alt = attribute(image, 'alt')
      if (alt === undefined) return [{ where: shown(image), message: 'The image has no alt text.' }]
      if (alt.trim() !== '' || !isWholeLink(image)) return []
      return [{ where: shown(image), message: 'The image is all that a link shows, and its alt text is empty.' }]
    })
  },
}

export const imgSize: Rule = {
  id: 'img-size',
  severity: 'warning',
  explains:
    'Every image says how large it is in width and height attributes, so that Outlook and mail with images off keep its place.',
  mend: 'Give the img width and height in whole pixels, and max-width:100% in its style.',
  find({ page }) {
    return named(page, 'img').flatMap((image) => {
      const missing = ['width', 'height'].filter((name) => !/^\d+%?$/.test(attribute(image, name) ?? ''))
      if (missing.length === 0) return []
      return [{ where: shown(image), message: `The image has no ${missing.join(' and no ')} in whole pixels.` }]
    })
  },
}

export const imgWeight: Rule = {
  id: 'img-weight',
  severity: 'warning',
  explains:
    'A mail has at most 40 images, and they weigh at most 1 MB together where their size is known, because many read on a phone’s data plan.',
  mend: 'Leave images out, or save them smaller: 1200 px wide is enough.',
  find({ page, facts }) {
    const sources = new Set(named(page, 'img').map((image) => attribute(image, 'src') ?? ''))
    const bytes = [...sources].reduce((total, source) => total + (facts.imageBytes?.get(source) ?? 0), 0)
    const megabytes = (bytes / 1_000_000).toFixed(1)
    return [
      ...(sources.size > MANY ? [{ where: 'html', message: `The mail has ${sources.size} images.` }] : []),
      ...(bytes > MOST_BYTES ? [{ where: 'html', message: `The images weigh ${megabytes} MB together.` }] : []),
    ]
  },
}

function isWholeLink(image: Element): boolean {
  for (const element of outward(image)) {
    if (element.tagName !== 'a') continue
    const otherAlt = [...element.childNodes].some(
      (node) => 'attrs' in node && node !== image && (attribute(node, 'alt') ?? '').trim() !== '',
    )
    return textOf(element) === '' && !otherAlt && (attribute(element, 'aria-label') ?? '') === ''
  }
  return false
}

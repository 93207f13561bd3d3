import { mostHtmlBytes } from '../../edition/long-values.ts'
import type { Rule } from '../rule.ts'

const WARN_BYTES = 80_000
/** Gmail shows about 102 KB of a mail's html and hides the rest, the unsubscribe link with it. */
const MOST_BYTES = 100_000
/** Gmail drops a style block that is larger, and dark colours and narrow screens with it. */
const MOST_STYLE_BYTES = 16_384

export const size: Rule = {
  id: 'size',
  severity: 'error',
  explains:
    'The html is at most 100 kB, with the longest plausible values filled in, because Gmail cuts off what is longer; from 80 kB on it is a warning.',
  mend: 'Show fewer or shorter articles: `excerpt` shows their beginnings with a link to the rest.',
  find({ edition }) {
    const bytes = mostHtmlBytes(edition)
    if (bytes <= WARN_BYTES) return []
    const message = `The html can be ${kilobytes(bytes)}; Gmail cuts off mail over about ${kilobytes(MOST_BYTES)}.`
    return [{ where: 'html', message, severity: bytes > MOST_BYTES ? 'error' : 'warning' }]
  },
}

export const styleSize: Rule = {
  id: 'style-size',
  severity: 'warning',
  explains: 'The style blocks hold at most 16 KiB, because Gmail drops larger ones whole.',
  mend: 'Move styles into the elements, and keep media queries and dark colours in the block.',
  find({ css }) {
    const bytes = Buffer.byteLength(css)
    if (bytes <= MOST_STYLE_BYTES) return []
    return [{ where: 'html <style>', message: `The style blocks hold ${kilobytes(bytes)}; Gmail drops over 16 KiB.` }]
  },
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1).replace(/\.0$/, '')} kB`
}

/** One line of a page's text that is not blank. `number` counts from 1; `afterBlank` tells that a blank line is above. */
export type PageLine = {
  readonly number: number
  readonly text: string
  readonly afterBlank: boolean
  readonly kind: 'text' | 'perspective' | 'listen'
}

const PERSPECTIVE = /^(?:view|hide|show) (?:the )?journalist's editorial perspective$/
const LISTEN = new Set(['listen to article', 'listen to this article', 'click play to generate audio'])

// Whole lines that pages put around an article. Only exact labels: a sentence that begins like one is text.
const CHROME = new Set([
  ...[
    'advertisement',
    'advertisements',
    'sponsored',
    'skip to content',
    'skip to main content',
    'menu',
    'sign in',
    'log in',
  ],
  ...['share', 'share this', 'share this article', 'share article', 'copy link', 'print', 'print this article', 'save'],
  ...[
    'share on facebook',
    'share on x',
    'share on twitter',
    'share on linkedin',
    'share via email',
    'email this article',
  ],
  ...[
    'read more',
    'read full article',
    'continue reading',
    'related articles',
    'related stories',
    'more from this journalist',
  ],
  ...[
    'subscribe',
    'subscribe now',
    'sign up',
    'sign up for our newsletter',
    'comments',
    'leave a comment',
    'back to top',
  ],
  ...['accept all', 'accept all cookies', 'accept cookies', 'reject all', 'cookie settings', 'manage cookies'],
  ...['privacy policy', 'cookie policy', 'terms of service', 'terms of use', 'all rights reserved'],
])
const READING_TIME = /^\d{1,3} ?min(?:ute)?s?(?: read)$/

/** The lines of a page's text, trimmed, without blank lines and without labels that belong to the page. */
export function pageLines(text: string): readonly PageLine[] {
  const lines: PageLine[] = []
  let afterBlank = true
  for (const [index, raw] of text.split(/[\n\u2028\u2029]/).entries()) {
    const line = raw.trim()
    const label = labelOf(line)
    if (line === '') afterBlank = true
    else if (!CHROME.has(label) && !READING_TIME.test(label)) {
      lines.push({ number: index + 1, text: line, afterBlank, kind: kindOf(label) })
      afterBlank = false
    }
  }
  return lines
}

function kindOf(label: string): PageLine['kind'] {
  if (PERSPECTIVE.test(label)) return 'perspective'
  return LISTEN.has(label) ? 'listen' : 'text'
}

/** A line as labels are compared: lower case, straight apostrophes, single spaces, no marks at its end. */
function labelOf(line: string): string {
  if (line.length > 80) return ''
  return line
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc\u00b4`]/g, "'")
    .replace(/[\s\u200b]+/g, ' ')
    .replace(/ ?[:.…▸▾▼›»]+$/, '')
}

import { randomInt } from 'node:crypto'
import { HtmlValidate } from 'html-validate'
import { describe, expect, test } from 'vitest'
import type { SlotValues } from '../../src/edition/edition.ts'
import { editionOf, filled, ISSUES, languages, NOTICES, propsIn } from './mails.ts'
import { NONCE, shownText } from './rendering.tsx'

const TEMPLATES = [...Object.keys(ISSUES), ...NOTICES]

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // What mail needs and pages do not: styles on elements, attributes and comments for Outlook.
    'no-inline-style': 'off',
    'no-deprecated-attr': 'off',
    'no-conditional-comment': 'off',
    'prefer-native-element': 'off',
    'void-style': ['error', { style: 'selfclosing' }],
  },
})

describe.each(TEMPLATES)('the mail of the template %s', (name) => {
  test.each(languages)('is valid HTML in %s', async (locale) => {
    const edition = await editionOf(name, propsIn(name, locale))
    expect(await faults(filled(edition, { first_name: 'Ada' }).html)).toEqual([])
  })

  test('stays valid and whole, whatever a name holds, and leaks no token', async () => {
    const edition = await editionOf(name, propsIn(name, 'en'))
    const usual = filled(edition, { first_name: 'Ada' })
    for (const first_name of HOSTILE) {
      const { html, text, subject } = filled(edition, { first_name } satisfies SlotValues)
      expect([first_name, await faults(html)]).toEqual([first_name, []])
      expect([first_name, tagsOf(html)]).toEqual([first_name, tagsOf(usual.html)])
      expect([html, text, subject].join('\n')).not.toMatch(new RegExp(`${NONCE}|slot\\.invalid`))
      const line = first_name.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/\p{Surrogate}/gu, '\uFFFD')
      if (line.trim() !== '') expect(shownText(html).replaceAll('&#39;', "'")).toContain(line)
    }
  })
})

const ALPHABET = [
  ...'<>"\'&`=/\\{}[]()$%#;:!-_ \t\n',
  'a',
  'é',
  '漢',
  'م',
  '\u200d',
  '\u202e',
  '\u0301',
  '😀',
  '\ufeff',
  '\ud83d',
]

// Picked by hand, and some that nobody would pick: a failure shows the one it failed with.
const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; drop table readers; --",
  "$& $1 $` $' $$",
  '{{first_name|you}} {name} %s',
  '&amp;&lt;&#x27;',
  '--> ]]> <!--[if mso]>',
  '</td></table></body>',
  'a\u0000b\u0007c\r\nBcc: d',
  '\u202Eright to left\u202C',
  'Zoë 👩‍🚒 z̷̡͖̊a̶l̴g̵o̸',
  '\uD800 alone',
  'ليلى',
  'x'.repeat(500),
  'line\u2028separator',
  ...Array.from({ length: 20 }, anyText),
]

function anyText(): string {
  return `n${Array.from({ length: 1 + randomInt(24) }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`
}

async function faults(html: string): Promise<readonly string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, selector }) => `${ruleId}: ${message} ${selector}`),
  )
}

function tagsOf(html: string): readonly string[] {
  return html.match(/<\/?[a-z][a-z0-9]*/g) ?? []
}

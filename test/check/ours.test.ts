import { describe, expect, test } from 'vitest'
import { checkEdition } from '../../src/check/check.ts'
import { openMail } from '../../src/check/mail.ts'
import { GRACEFUL } from '../../src/check/support/graceful.ts'
import { lackingOf, SUPPORT_SOURCE } from '../../src/check/support/lacking.ts'
import { languages } from '../emails/mails.ts'
import { OURS, ourMail } from './ours.ts'

describe.each(OURS)('the template %s', (template) => {
  test.each(languages)('keeps every rule in %s', async (language) => {
    expect(checkEdition(await ourMail(template, language))).toEqual([])
  })
})

describe('what mail clients lack', () => {
  test('is used by our templates only where nothing is lost, as it was looked at here', async () => {
    const used = new Set<string>()
    for (const template of OURS) {
      for (const language of languages) {
        const { edition, facts, readers } = await ourMail(template, language)
        for (const { feature } of lackingOf(openMail(edition, facts, readers[0] ?? {}))) used.add(feature)
      }
    }
    expect([...used].sort()).toEqual(BASELINE)
    expect(BASELINE.filter((feature) => !(feature in GRACEFUL))).toEqual([])
  })

  test('is known from data that says where it comes from, of which day it is and for which clients', () => {
    expect(SUPPORT_SOURCE).toEqual({
      source: 'https://www.caniemail.com',
      date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
      clients: expect.arrayContaining([
        'Gmail on the web',
        'Outlook on Windows',
        'Apple Mail on iOS',
        'Yahoo on Android',
      ]),
    })
  })
})

/** Reviewed: each is in `GRACEFUL` with what readers see instead. A new one is to be looked at in the clients that lack it. */
const BASELINE = [
  'css-at-media',
  'css-at-media-prefers-color-scheme',
  'css-color-scheme',
  'css-display-none',
  'css-max-height',
  'css-opacity',
  'css-outline',
  'css-overflow',
  'css-overflow-wrap',
  'css-selector-attribute',
  'css-selector-class',
  'css-selector-descendant',
  'css-table-layout',
  'css-white-space',
  'html-aria-hidden',
  'html-aria-label',
  'html-body',
  'html-meta-color-scheme',
  'html-style',
]

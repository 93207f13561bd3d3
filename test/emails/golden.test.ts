import { describe, expect, test } from 'vitest'
import { phrase, stringsFor } from '../../emails/strings.ts'
import { finalMail, ISSUES, NOTICES, propsIn } from './mails.ts'

const TEMPLATES = [...Object.keys(ISSUES), ...NOTICES]

describe.each(TEMPLATES)('the final mail of the template %s', (name) => {
  test('reads in English, in both parts, as it always did', async () => {
    const { subject, html, text } = await finalMail(name, propsIn(name, 'en'))
    await expect(onLines(html)).toMatchFileSnapshot(`golden/${name}.html`)
    await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`golden/${name}.txt`)
  })
})

test('an Arabic issue with an English article reads as it always did', async () => {
  const { html, text } = await finalMail('digest', propsIn('digest', 'ar'))
  await expect(onLines(html)).toMatchFileSnapshot('golden/digest.ar.html')
  await expect(text).toMatchFileSnapshot('golden/digest.ar.txt')
})

test('a reader without a name is greeted without one', async () => {
  const props = propsIn('letter', 'de')
  const [named, nameless] = [await finalMail('letter', props), await finalMail('letter', props, {})]
  expect(named.text).toContain('\nGuten Tag, Ada,\n')
  expect(nameless.text).toContain('\nGuten Tag,\n')
  expect(nameless.text).toContain('Danke fürs Lesen. ')
})

test.each(NOTICES)('the %s has a subject and a preheader in every language', async (name) => {
  const said = { 'confirm-subscription': 'confirm', welcome: 'welcome', goodbye: 'goodbye' } as const
  for (const locale of ['en', 'de', 'fr', 'es', 'ar', 'ja']) {
    const strings = stringsFor(locale)
    const { subject, preheader } = Object.assign({ subject: '', preheader: '' }, propsIn(name, locale))
    const values = { newsletter: 'The Harbour Record' }
    expect(subject).toBe(phrase(strings[`${said[name]}Subject`], values))
    expect(preheader).toBe(phrase(strings[`${said[name]}Preheader`], values))
  }
})

// One element a line, so that a change shows as the lines it changes.
function onLines(html: string): string {
  return html.replace(/>(?=<)/g, '>\n').concat('\n')
}

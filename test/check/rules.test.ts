import { describe, expect, test } from 'vitest'
import { checkEdition } from '../../src/check/check.ts'
import { OUTSIDE_RULES } from '../../src/check/outside/check-outside.ts'
import { readersOf } from '../../src/check/readers.ts'
import { RULES } from '../../src/check/registry.ts'
import { mostHtmlBytes } from '../../src/edition/long-values.ts'
import { anEdition, factsOf, LINKS, type Mail } from './mails.ts'

function check(mail: Mail = {}) {
  const edition = anEdition(mail)
  return checkEdition({ edition, facts: factsOf(mail), readers: readersOf(edition, LINKS) })
}

/** What one rule says about a mail: `severity where: message`. */
function said(rule: string, mail: Mail): readonly string[] {
  return check(mail)
    .filter((finding) => finding.rule === rule)
    .map(({ severity, where, message }) => `${severity} ${where}: ${message}`)
}

const long = (bytes: number) => `<h1>The tide gate</h1><p>${'a'.repeat(bytes)}</p>`
const inDark = (css: string) => `<style>@media (prefers-color-scheme:dark){${css}}</style>`
const image = (attributes: string) => `<h1>The tide gate</h1><img ${attributes}>`
const link = (attributes: string, text: string) =>
  `<h1>The tide gate</h1><a ${attributes} style="color:#222222">${text}</a>`

const BAD: readonly (readonly [rule: string, what: string, mail: Mail, said: readonly string[]])[] = [
  [
    'url-slot',
    'a link that nobody fills',
    { body: link('href="[archive]"', 'All issues') },
    [
      'error url slot archive: The template asks for a link that does not exist; expected one of one_click, preferences, unsubscribe, view.',
    ],
  ],
  [
    'token-left',
    'a merge tag of another system',
    { subject: 'Hello *|FNAME|*, it is open' },
    ['error subject: This was not filled in: *|FNAME|*'],
  ],
  [
    'token-left',
    'a value that was not there',
    { body: '<h1>The tide gate</h1><p>undefined</p>' },
    ['error html “undefined”: This was not filled in: undefined'],
  ],
  [
    'token-left',
    'an object in a link',
    { body: link('href="https://a.press/[object Object]"', 'A story') },
    ['error html <a> href: This was not filled in: [object Object]'],
  ],
  [
    'slot-fallback',
    'a name without a fallback',
    { subject: 'Hello [[first_name|]], it is open' },
    [
      'error subject slot first_name: Readers without first_name would see a gap.',
      'error html slot first_name: Readers without first_name would see a gap.',
    ],
  ],
  [
    'unsubscribe-link',
    'no link to leave',
    { footer: '<p>4 Quay Street, Port Hale</p>' },
    ['error html: No link that can be seen leads to unsubscribing.'],
  ],
  [
    'unsubscribe-link',
    'a hidden link to leave, and none in the text',
    {
      footer: '<p>4 Quay Street, Port Hale</p><p style="font-size:0"><a href="[unsubscribe]">Unsubscribe</a></p>',
      text: 'The tide gate. It stays open. 4 Quay Street, Port Hale',
    },
    [
      'error html: No link that can be seen leads to unsubscribing.',
      'error text: The text part has no link to unsubscribe.',
    ],
  ],
  [
    'list-unsubscribe',
    'no headers of a list',
    { headers: {} },
    [
      'error headers: List-Unsubscribe with a web address is missing.',
      'error headers: List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing.',
    ],
  ],
  [
    'postal-address',
    'an address that is not shown',
    { facts: { postalAddress: '9 Elsewhere' } },
    [
      'error html: The postal address of the newsletter is not shown.',
      'error text: The postal address of the newsletter is not shown.',
    ],
  ],
  [
    'postal-address',
    'a newsletter without one',
    { facts: { postalAddress: null } },
    ['error newsletter: The newsletter has no postal address.'],
  ],
  [
    'size',
    'html over 80 kB',
    { body: long(85_000) },
    ['warning html: The html can be 85.6 kB; Gmail cuts off mail over about 100 kB.'],
  ],
  [
    'size',
    'html over 100 kB',
    { body: long(100_000) },
    ['error html: The html can be 100.6 kB; Gmail cuts off mail over about 100 kB.'],
  ],
  [
    'style-size',
    'a style block over 16 KiB',
    { head: `<style>${'.a{margin:0}'.repeat(1_500)}</style>` },
    ['warning html <style>: The style blocks hold 18 kB; Gmail drops over 16 KiB.'],
  ],
  ['subject', 'no subject', { subject: ' \u200b ' }, ['error subject: The subject is empty.']],
  [
    'subject',
    'a subject in capitals',
    { subject: 'THE GATE STAYS OPEN' },
    ['warning subject: The subject is all in capitals, as junk is.'],
  ],
  [
    'subject',
    'a subject that no inbox shows whole',
    { subject: 'Open '.repeat(17) },
    ['warning subject: The subject takes 84 places; inboxes show 40 to 70.'],
  ],
  [
    'preheader',
    'none',
    { preheader: '' },
    ['warning preheader: There is none; inboxes show the first words instead: “The tide gate”.'],
  ],
  [
    'preheader',
    'the subject once more',
    { preheader: 'The gate stays open!' },
    ['warning preheader: It says the same as the subject.'],
  ],
  [
    'preheader',
    'a short one',
    { preheader: 'Open.' },
    ['warning preheader: It takes 5 places; inboxes show 40 to 110.'],
  ],
  [
    'preheader',
    'a long one',
    { preheader: 'Open. '.repeat(30) },
    ['warning preheader: It takes 179 places; inboxes show 40 to 110.'],
  ],
  ['text-part', 'none', { text: ' \n' }, ['error text: The mail has no plain-text part.']],
  [
    'text-part',
    'one that a machine made',
    { facts: { hasOwnText: false } },
    ['warning text: The plain-text part was made from the html by a machine.'],
  ],
  [
    'text-part',
    'one of another story',
    { text: 'The night ferry is back. 4 Quay Street, Port Hale [unsubscribe]' },
    ['warning text: The plain-text part does not have the headline of the html.'],
  ],
  [
    'language',
    'no lang and no dir',
    { page: '<!DOCTYPE html><html><title>A</title><h1>The tide gate</h1>' },
    [
      'error html <html>: It has no language in lang (missing).',
      'warning html <html>: It has no direction in dir (ltr or rtl).',
    ],
  ],
  [
    'text-direction',
    'Arabic from left to right',
    { body: '<h1>The tide gate</h1><p>بوابة المدّ التي تفتح وحدها في الميناء</p>' },
    [
      'warning html “بوابة المدّ التي تفتح وحدها في الميناء”: Text that runs from right to left is set from left to right.',
    ],
  ],
  [
    'title',
    'two titles',
    { head: '<title>Again</title>' },
    ['warning html <title>: The mail has more than one title.'],
  ],
  [
    'title',
    'none',
    { page: '<!DOCTYPE html><html lang="en" dir="ltr"><h1>The tide gate</h1>' },
    ['warning html <title>: The mail has no title.'],
  ],
  ['one-h1', 'none', { body: '<p>It stays open.</p>' }, ['warning html: The mail has no h1.']],
  [
    'one-h1',
    'two',
    { body: '<h1>The tide gate</h1><h1>The ferry</h1>' },
    ['warning html <h1> The ferry: The mail has more than one h1.'],
  ],
  [
    'heading-order',
    'an h3 after an h1',
    { body: '<h1>The tide gate</h1><h3>Later</h3>' },
    ['warning html <h3> Later: An h3 follows an h1.'],
  ],
  [
    'img-alt',
    'none',
    { body: image('src="https://a.press/gate.jpg" width="10" height="10"') },
    ['error html <img src="https://a.press/gate.jpg">: The image has no alt text.'],
  ],
  [
    'img-alt',
    'an empty one in a link',
    {
      body: `<h1>The tide gate</h1><a href="https://a.press/"><img src="https://a.press/gate.jpg" width="10" height="10" alt=""></a>`,
    },
    ['error html <img src="https://a.press/gate.jpg">: The image is all that a link shows, and its alt text is empty.'],
  ],
  [
    'img-size',
    'an image without a height',
    { body: image('src="https://a.press/gate.jpg" width="10" alt="The gate"') },
    ['warning html <img src="https://a.press/gate.jpg">: The image has no height in whole pixels.'],
  ],
  [
    'img-weight',
    'images of 3 MB',
    {
      body: image('src="https://a.press/gate.jpg" width="10" height="10" alt="The gate"'),
      facts: { imageBytes: new Map([['https://a.press/gate.jpg', 3_000_000]]) },
    },
    ['warning html: The images weigh 3.0 MB together.'],
  ],
  [
    'link-text',
    'a link without text',
    { body: link('href="https://a.press/"', ' ') },
    ['error html <a href="https://a.press/">: The link has no text.'],
  ],
  [
    'link-text',
    'a link that says “here”',
    { body: link('href="https://a.press/"', 'Click here!') },
    ['warning html <a href="https://a.press/"> Click here!: “Click here” does not say where the link leads.'],
  ],
  [
    'link-text',
    'the same in Japanese',
    { body: link('href="https://a.press/"', 'こちら') },
    ['warning html <a href="https://a.press/"> こちら: “こちら” does not say where the link leads.'],
  ],
  [
    'https-only',
    'a script for an address',
    { body: link('href="javascript:alert(1)"', 'The story') },
    ['error html <a href="javascript:alert(1)"> The story: javascript: is not https.'],
  ],
  [
    'https-only',
    'http',
    { body: link('href="http://a.press/"', 'The story') },
    ['error html <a href="http://a.press/"> The story: http: is not https.'],
  ],
  [
    'https-only',
    'an image of a page',
    { body: image('src="/gate.jpg" alt="The gate" width="9" height="9"') },
    ['error html <img src="/gate.jpg">: /gate.jpg has no https:// and leads nowhere in a mail.'],
  ],
  [
    'placeholder-link',
    '#',
    { body: link('href="#"', 'The story') },
    ['error html <a href="#"> The story: It leads nowhere.'],
  ],
  [
    'placeholder-link',
    'a place that is not there',
    { body: link('href="#notes"', 'Notes') },
    ['error html <a href="#notes"> Notes: The mail has no place #notes.'],
  ],
  [
    'placeholder-link',
    'an address for examples',
    { body: link('href="https://www.example.com/a"', 'The story') },
    ['warning html <a href="https://www.example.com/a"> The story: www.example.com is an address for examples.'],
  ],
  [
    'contrast',
    'pale text',
    { body: '<h1>The tide gate</h1><p style="color:#999999">Pale</p>' },
    ['warning html “Pale” (light): #999999 on #ffffff is 2.8 to 1 in the light scheme; expected 4.5 to 1.'],
  ],
  [
    'contrast',
    'text that cannot be seen',
    { body: '<h1>The tide gate</h1><p style="color:#fefefe">Gone</p>' },
    ['error html “Gone” (light): #fefefe on #ffffff is 1.0 to 1 in the light scheme; expected 4.5 to 1.'],
  ],
  [
    'contrast',
    'dark text that stays dark on a dark ground',
    { head: inDark('body{background-color:#16181b!important}') },
    ['error html “The tide gate” (dark): #1a1a1a on #16181b is 1.0 to 1 in the dark scheme; expected 3 to 1.'],
  ],
  [
    'contrast',
    'text on a picture, which cannot be told',
    { body: '<h1>The tide gate</h1><p style="background-image:url(https://a.press/a.png)">On it</p>' },
    ['note html (light): 1 piece of text on a picture, or in a colour that only a browser knows, could not be told.'],
  ],
  [
    'active-content',
    'a form',
    { body: '<h1>The tide gate</h1><form><input name="a"></form>' },
    ['error html <form>: A mail must not have <form>.', 'error html <input>: A mail must not have <input>.'],
  ],
  [
    'active-content',
    'a handler',
    { body: '<h1 onclick="x()">The tide gate</h1>' },
    ['error html <h1> The tide gate: A mail must not have onclick.'],
  ],
  [
    'valid-html',
    'what opens and does not close',
    { body: '<h1>The tide gate</h1><b><p>It</b></p>' },
    ['warning html at 280: </b></p><p style="color:#1a1a1a">4 Quay…: </b> stands where </p> should.'],
  ],
  [
    'valid-html',
    'half a conditional comment',
    { body: '<h1>The tide gate</h1><!--[if mso]><table><tr><td>-->' },
    ['warning html: Of the conditional comments for Outlook, 1 begin and 0 end.'],
  ],
  [
    'client-support',
    'columns that Outlook does not know',
    { body: '<h1>The tide gate</h1><div style="display:grid">It</div>' },
    expect.arrayContaining([expect.stringMatching(/Outlook on Windows.* not know display:grid/)]),
  ],
  [
    'client-support',
    'layout that stands in the style block only',
    { head: '<style>.box{padding:8px}</style>', body: '<h1>The tide gate</h1><p class="box">It</p>' },
    ['warning html <style> .box: These styles stand in the style block only, which Gmail leaves out in some places.'],
  ],
]

describe('a mail', () => {
  test('that keeps every rule is not found fault with', () => {
    expect(check()).toEqual([])
  })

  test.each(BAD)('breaks %s: %s', (rule, _, mail, expected) => {
    expect(said(rule, mail)).toEqual(expected)
  })

  test('to one reader has nothing to leave', () => {
    const single = {
      facts: { kind: 'single' as const },
      headers: {},
      footer: '<p>4 Quay Street, Port Hale</p>',
      text: 'The tide gate. It stays open. 4 Quay Street, Port Hale',
    }
    expect(check(single)).toEqual([])
  })

  test('with the same fault many times is told so once', () => {
    const images = Array.from({ length: 30 }, (_, at) => `<img src="https://a.press/${at}.jpg" width="9" height="9">`)
    const found = said('img-alt', { body: `<h1>The tide gate</h1>${images.join('')}` })
    expect(found).toHaveLength(11)
    expect(found.at(-1)).toBe('error html: There are 20 more of these.')
  })

  test('is seen by the readers of every branch', () => {
    const edition = anEdition()
    const block = { attribute: 'plan', is: 'paid', shown: ['<p><a href="#">Offer</a></p>'], otherwise: [] }
    const offering = { ...edition, html: [...edition.html, block] }
    const findings = checkEdition({ edition: offering, facts: factsOf(), readers: readersOf(offering, LINKS) })
    expect(findings.map(({ rule }) => rule)).toContain('placeholder-link')
  })

  test('is as large as for the readers whom its blocks show the most', () => {
    const edition = anEdition()
    const blocks = ['free', 'paid'].map((is) => ({ attribute: 'plan', is, shown: ['x'.repeat(60_000)], otherwise: [] }))
    const sizeOf = (...more: typeof blocks) => mostHtmlBytes({ ...edition, html: [...edition.html, ...more] })
    expect([sizeOf(...blocks) - sizeOf(), sizeOf(...blocks.slice(1)) - sizeOf()]).toEqual([60_000, 60_000])
  })
})

describe('the registry', () => {
  test('has a bad mail for every rule', () => {
    expect([...new Set(BAD.map(([rule]) => rule))]).toEqual(RULES.map(({ id }) => id))
  })

  test('says in sentences what each rule asks for and how to mend it', () => {
    const all = [...RULES, ...OUTSIDE_RULES]
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.filter(({ explains, mend }) => !/^[A-Z].*\.$/.test(explains) || !/^[A-Z].*\.$/.test(mend))).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import type { Inline } from '../../emails/props.ts'
import { sampleIssue } from '../../emails/sample.ts'
import { blocksAsText, inlineAsText, joined, linkAsText } from '../../emails/text.ts'
import { articleTemplate, paragraph, rendered, shownText, slotUrl, words } from './rendering.tsx'

describe('the text part of an issue', () => {
  test('holds every word a reader of the HTML sees, and every address', async () => {
    const { html, text } = await rendered(articleTemplate, sampleIssue)
    const addresses = [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1] ?? '')
    expect(addresses.filter((address) => !address.includes('#perspective') && !text.includes(address))).toEqual([])

    const inText = new Set(text.match(/[\p{L}\d]+/gu))
    const seen = shownText(html.replaceAll('><', '> <')).match(/[\p{L}\d]+/gu) ?? []
    expect([...new Set(seen)].filter((word) => !inText.has(word))).toEqual(['full'])
  })

  test('asks the sheet for the same slots as the HTML, and greets only readers with a name', async () => {
    const { text, declared } = await rendered(articleTemplate, sampleIssue)
    const names = declared.map((slot) => (slot.kind === 'when' ? `when ${slot.attribute}` : slot.name))
    expect(names).toEqual(['view', 'unsubscribe', 'preferences', 'when first_name', 'first_name'])
    expect(text).toContain(
      '90317741000031Thank you for reading, 90317741000040.90317741000032Thank you for reading.90317741000033 You receive',
    )
    expect(text).toContain(`Unsubscribe: ${slotUrl(declared, 'unsubscribe')}\n`)
  })
})

describe('blocks as text', () => {
  test('a heading of the second level is underlined', () => {
    expect(blocksAsText([{ type: 'heading', level: 2, content: words('Votes') }])).toBe('Votes\n-----')
  })

  test('a quotation is marked on every line, also the empty ones, with its speaker at the end', () => {
    const quote = { type: 'quote', paragraphs: [words('One.'), words('Two.')], attribution: 'Tom Averill' } as const
    expect(blocksAsText([quote])).toBe('> One.\n>\n> Two.\n>\n> — Tom Averill')
  })

  test('a nested list hangs under the item it belongs to', () => {
    const inner = { type: 'list', ordered: false, items: [[paragraph('in')], [paragraph('inner')]] } as const
    const outer = {
      type: 'list',
      ordered: true,
      start: 9,
      items: [[paragraph('nine'), inner], [paragraph('ten')]],
    } as const
    expect(blocksAsText([outer])).toBe('9. nine\n   - in\n   - inner\n10. ten')
  })

  test('a table becomes a line a row', () => {
    const table = {
      type: 'table',
      head: [words('Winter'), words('Closings')],
      rows: [[words('2023'), words('9')]],
    } as const
    expect(blocksAsText([table])).toBe('Winter | Closings\n2023 | 9')
  })

  test('program text is indented and keeps its lines', () => {
    expect(blocksAsText([{ type: 'code', text: 'if (x) {\n  y()\n}' }])).toBe('    if (x) {\n      y()\n    }')
  })

  test('a picture is its caption, else its description, else nothing', () => {
    const src = 'https://pics.example/a.jpg'
    expect(blocksAsText([{ type: 'image', src, alt: 'A gate', caption: 'The gate, closed.' }])).toBe(
      '[The gate, closed.]',
    )
    expect(blocksAsText([{ type: 'image', src, alt: 'A gate' }])).toBe('[A gate]')
    expect(blocksAsText([paragraph('a'), { type: 'image', src, alt: '' }, paragraph('b')])).toBe('a\n\nb')
  })
})

describe('running text', () => {
  test('loses its marks and keeps its links and breaks', () => {
    const content: Inline[] = [
      { type: 'strong', children: [{ type: 'em', children: words('Loud') }] },
      { type: 'break' },
      { type: 'code', text: 'x < y' },
      ...words(' '),
      { type: 'link', href: 'https://a.example/', children: words('here') },
    ]
    expect(inlineAsText(content)).toBe('Loud\nx < y here (https://a.example/)')
  })

  test('a link whose text is its address is written once', () => {
    expect(linkAsText('https://a.example/', 'https://a.example/')).toBe('https://a.example/')
    expect(linkAsText('a@b.example', 'mailto:a@b.example')).toBe('a@b.example')
    expect(linkAsText('write to us', 'mailto:a@b.example')).toBe('write to us (a@b.example)')
  })

  test('parts that are missing leave no gap', () => {
    expect(joined(['a', undefined, '', 'b'])).toBe('a\n\nb')
  })
})

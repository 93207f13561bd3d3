import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readArticle } from '../../src/article/read.ts'
import { paragraph, refusal } from './sources.ts'

/** The fields and the warnings of a Markdown text whose front matter begins on line 2. */
async function read(frontMatter: string) {
  const text = `---\n${frontMatter}\n---\n\nIt did.\n`
  const { article, warnings } = await readArticle({ text, kind: 'markdown' })
  const { blocks, related, lang, dir, ...fields } = article
  expect(blocks).toEqual([paragraph('It did.')])
  return { fields, warnings: warnings.map(({ where, message }) => `${where}: ${message}`) }
}

const left = (line: number, keys: string) =>
  `line ${line} (${keys.split(',', 1)[0]}): left out, as an article has no such fields: ${keys}`

describe('front matter that is written for a site generator', () => {
  test.each([
    [
      'Jekyll',
      `layout: post
title: The tide turns
date: 2026-03-21 07:30:00 +0100
author: Ana Pavić
categories: [coast]
tags: [tide, gate]
excerpt: At last.
image: https://example.com/tide.jpg
permalink: /tide/
published: true`,
      {
        headline: 'The tide turns',
        publishedAt: '2026-03-21T06:30:00.000Z',
        byline: { name: 'Ana Pavić', isAI: false },
        dek: 'At last.',
        hero: { src: 'https://example.com/tide.jpg', alt: '' },
      },
      [left(2, 'layout, categories, tags, permalink')],
    ],
    [
      'Hugo',
      `title: The tide turns
description: At last.
date: 2026-03-21T07:30:00Z
lastmod: 2026-03-22
draft: true
slug: tide
authors: [Ana Pavić, Jo Marr]
cover:
  image: https://example.com/tide.jpg
  alt: A wave
  caption: The gate at noon
  relative: false`,
      {
        headline: 'The tide turns',
        dek: 'At last.',
        publishedAt: '2026-03-21T07:30:00.000Z',
        updatedAt: '2026-03-22T12:00:00.000Z',
        byline: { name: 'Ana Pavić, Jo Marr', isAI: false },
        hero: { src: 'https://example.com/tide.jpg', alt: 'A wave', caption: 'The gate at noon' },
      },
      ['line 6 (draft): it says that it is a draft; it is taken in all the same', left(6, 'draft, slug')],
    ],
    [
      'Astro',
      `title: The tide turns
pubDate: 'Mar 21 2026'
updatedDate: 2026/3/22
heroImage: https://example.com/tide.jpg
author: { name: Ana Pavić, url: 'https://example.com/ana', twitter: '@ana' }
ai: true`,
      {
        headline: 'The tide turns',
        publishedAt: '2026-03-21T12:00:00.000Z',
        updatedAt: '2026-03-22T12:00:00.000Z',
        byline: { name: 'Ana Pavić', url: 'https://example.com/ana', isAI: true },
        hero: { src: 'https://example.com/tide.jpg', alt: '' },
      },
      [],
    ],
    [
      'Ghost',
      `title: The tide turns
custom_excerpt: At last.
feature_image: https://example.com/tide.jpg
feature_image_alt: A wave
feature_image_caption: The gate at noon
published_at: 2026-03-21T07:30:00.000Z
authors:
  - { name: Ana Pavić, slug: ana }
canonical_url: https://example.com/tide
visibility: public`,
      {
        url: 'https://example.com/tide',
        headline: 'The tide turns',
        dek: 'At last.',
        publishedAt: '2026-03-21T07:30:00.000Z',
        byline: { name: 'Ana Pavić', isAI: false },
        hero: { src: 'https://example.com/tide.jpg', alt: 'A wave', caption: 'The gate at noon' },
      },
      [left(11, 'visibility')],
    ],
    [
      'Eleventy',
      `title: 1984
date: 2026-03-21 07:30
author: Ana Pavić
image: /img/tide.jpg
eleventyNavigation: { key: Tide }
tags: post`,
      { headline: '1984', publishedAt: '2026-03-21T07:30:00.000Z', byline: { name: 'Ana Pavić', isAI: false } },
      [
        'line 3 (date): it names no offset such as +02:00; taken for UTC',
        left(6, 'eleventyNavigation, tags'),
        'line 5 (image): image left out: /img/tide.jpg is not an https address',
      ],
    ],
  ] satisfies [string, string, object, string[]][])(
    'of %s gives an article, and says what of it has no place there',
    async (_, frontMatter, fields, warnings) => {
      expect(await read(frontMatter)).toEqual({ fields, warnings })
    },
  )

  test('gives way to fields of ours, and says so where they differ', async () => {
    const { fields, warnings } = await read(
      'headline: Ours\ntitle: Theirs\ndek: Same\ndescription: Same\nsummary: More\nbyline: Ana\nauthors: [Jo]',
    )
    expect(fields).toEqual({ headline: 'Ours', dek: 'Same', byline: { name: 'Ana', isAI: false } })
    expect(warnings).toEqual([
      'line 3 (title): left out: headline is given already',
      'line 6 (summary): left out: dek is given already',
      'line 8 (authors): left out: byline is given already',
    ])
  })

  test('is held to our limits, by the line on which it stands', async () => {
    const text = `---\ntitle: ${'x'.repeat(301)}\npubDate: never\nauthor: Ana\n---\n\nIt did.`
    expect(await refusal({ text, kind: 'markdown' })).toEqual({
      code: 'invalid_input',
      problems: [
        'line 2 (title): expected at most 300 characters, found 301',
        'line 3 (pubDate): expected a date such as 2026-03-21, or a time with its offset such as 2026-03-21T07:30:00+01:00',
      ],
    })
  })

  test('cannot reach a prototype', async () => {
    const { fields } = await read('__proto__: { isAI: true }\nconstructor: x\ntitle: H\nauthor: A')
    expect(fields).toEqual({ headline: 'H', byline: { name: 'A', isAI: false } })
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
  })

  test('in TOML is refused with what to do', async () => {
    expect(await refusal({ text: '+++\ntitle = "H"\n+++\n\nIt did.' })).toEqual({
      code: 'invalid_input',
      problems: ['line 1: expected front matter in YAML between two lines ---, found TOML between +++'],
    })
  })
})

const SAMPLES = '../shared/samples/markdown'

describe.runIf(existsSync(SAMPLES))('the posts of 18F', () => {
  test.each([
    ['18f-why-join.md', 'We asked over 100 of our coworkers: Why did you join 18F?', 'melody'],
    ['18f-github-terminal.md', 'How to use GitHub and the terminal: a guide', 'melody, boone'],
  ])('%s comes in with its words, and without links that are template expressions', async (name, headline, author) => {
    const bytes = readFileSync(`${SAMPLES}/${name}`)
    const { article, warnings } = await readArticle({ bytes, name })
    expect(article).toMatchObject({ headline, byline: { name: author } })
    const said = JSON.stringify(article.blocks)
    const words = (text: string) => text.match(/[\p{L}\p{N}]{5,}/gu) ?? []
    const body = bytes.toString('utf8').split('\n---\n')[1] ?? ''
    // The words of tags and of addresses are not the text's.
    const text = body.replace(/<[^>]*>|\{\{.*?\}\}|\]\([^)]*\)|^\[.*?\]:.*$|https?:\S+/gm, ' ').replace(/&\w+;/g, ' ')
    const known = new Set(words(said))
    expect(words(text).filter((word) => !known.has(word))).toEqual([])
    expect(said).not.toMatch(/\]\(\{\{/)
    expect(warnings.map(({ message }) => message).join('\n')).toContain('is a template expression')
  })
})

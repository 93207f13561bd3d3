import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assetUrl, withAssetUrls } from '../../src/assets/asset.ts'
import { picturesBeside, readArticleFile } from '../../src/assets/beside.ts'
import { checkPicture } from '../../src/assets/keep.ts'
import { gif, jpeg, png } from './pictures.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressroom-beside-'))
  await mkdir(join(folder, 'posts', 'photos'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (path: string, content: string | Uint8Array) => writeFile(join(folder, 'posts', path), content)
const src = (content: Uint8Array) => checkPicture(content).src

const STORY = `---
title: The gate
author: { name: Ana, avatar: ana.gif }
image: photos/gate.jpg
image_alt: The gate
---

It stays open.

![A wave](<./photos/a wave.png> "At noon") and ![again][wave]

- One

  ![](photos/a%20wave.png)

[wave]: photos/../photos/a%20wave.png
`

describe('pictures beside an article', () => {
  test('become assets with their sizes, wherever the article shows them', async () => {
    const [gate, wave, ana] = [jpeg(1200, 675), png(40, 30), gif(80, 80)]
    await Promise.all([write('photos/gate.jpg', gate), write('photos/a wave.png', wave), write('ana.gif', ana)])
    await write('story.md', STORY)
    const { article, warnings, pictures } = await readArticleFile(join(folder, 'posts', 'story.md'))
    const image = { type: 'image', src: src(wave), width: 40, height: 30 }
    expect(warnings).toEqual([])
    expect(article).toMatchObject({
      hero: { src: src(gate), width: 1200, height: 675, alt: 'The gate' },
      byline: { name: 'Ana', avatar: src(ana) },
    })
    expect(article.blocks.slice(2)).toEqual([
      { ...image, alt: 'A wave', caption: 'At noon' },
      { ...image, alt: 'again' },
      {
        type: 'list',
        ordered: false,
        items: [
          [
            { type: 'paragraph', content: [{ type: 'text', text: 'One' }] },
            { ...image, alt: '' },
          ],
        ],
      },
    ])
    expect([...pictures.values()].map(({ src, type }) => ({ src, type }))).toContainEqual({
      src: src(gate),
      type: 'image/jpeg',
    })
  })

  test('that are not there are told by their lines', async () => {
    await write('story.md', STORY)
    await write('ana.gif', gif(80, 80))
    await expect(readArticleFile(join(folder, 'posts', 'story.md'))).rejects.toMatchObject({
      code: 'invalid_input',
      problems: [
        {
          where: 'line 4 (image)',
          message: 'expected the picture photos/gate.jpg beside the article, found no such file',
        },
        { where: 'line 10', message: 'expected the picture photos/a wave.png beside the article, found no such file' },
        { where: 'line 10', message: 'expected the picture photos/a wave.png beside the article, found no such file' },
        { where: 'line 14', message: 'expected the picture photos/a wave.png beside the article, found no such file' },
      ],
    })
  })

  test('go before the same address on the web, which stands in where there is no file', async () => {
    const text = (path: string) =>
      `---\nurl: https://example.com/news/gate\nheadline: H\nbyline: A\n---\n\nIt.\n\n![a](${path})\n`
    await write('photos/there.png', png(4, 5))
    await write('here.md', text('photos/there.png'))
    await write('web.md', text('photos/web.png'))
    const shown = async (name: string) => (await readArticleFile(join(folder, 'posts', name))).article.blocks[1]
    expect(await shown('here.md')).toEqual({ type: 'image', src: src(png(4, 5)), alt: 'a', width: 4, height: 5 })
    expect(await shown('web.md')).toEqual({
      type: 'image',
      src: 'https://example.com/news/photos/web.png',
      alt: 'a',
    })
  })

  test('are taken from JSON articles too', async () => {
    await write('photos/there.png', png(4, 5))
    const article = {
      headline: 'H',
      byline: 'A',
      hero: { src: 'photos/there.png', alt: 'a', width: 2 },
      blocks: [{ type: 'image', src: 'photos/there.png' }],
    }
    await write('story.json', JSON.stringify(article))
    const read = await readArticleFile(join(folder, 'posts', 'story.json'))
    expect(read.article.hero).toEqual({ src: src(png(4, 5)), alt: 'a', width: 2, height: 5 })
    expect(read.article.blocks).toEqual([{ type: 'image', src: src(png(4, 5)), alt: '', width: 4, height: 5 }])
    await write(
      'gone.json',
      JSON.stringify({ ...article, hero: undefined, blocks: [{ type: 'image', src: 'gone.png' }] }),
    )
    await expect(readArticleFile(join(folder, 'posts', 'gone.json'))).rejects.toMatchObject({
      problems: [{ where: 'blocks[0]', message: expect.stringContaining('gone.png beside the article') }],
    })
  })

  test('are no files from anywhere else, and nothing but pictures', async () => {
    await writeFile(join(folder, 'secret.png'), png(4, 5))
    await symlink(join(folder, 'secret.png'), join(folder, 'posts', 'link.png'))
    await write('notes.png', 'my notes')
    await write('logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
    const body = '![](../secret.png)\n\n![](link.png)\n\n![](notes.png)\n\n![](logo.svg)\n'
    await write('story.md', `---\nheadline: H\nbyline: A\n---\n${body}`)
    await expect(readArticleFile(join(folder, 'posts', 'story.md'))).rejects.toMatchObject({
      problems: [
        { where: 'line 5', message: 'expected a picture in the folder posts or below, found ../secret.png' },
        { where: 'line 7', message: 'expected a picture in the folder posts or below, found link.png' },
        { where: 'line 9', message: 'notes.png cannot be taken: it is no PNG, JPEG, GIF or WebP' },
        { where: 'line 11', message: expect.stringContaining('logo.svg cannot be taken: it is an SVG') },
      ],
    })
    const source = { text: `---\nheadline: H\nbyline: A\n---\n![](../secret.png)\n`, kind: 'markdown' } as const
    expect([...(await picturesBeside(source, join(folder, 'posts'), folder)).keys()]).toEqual(['../secret.png'])
  })
})

test('an asset is found under the public address, any other picture where it was', () => {
  const asset = src(png(4, 5))
  const image = { type: 'image', src: asset, alt: '' } as const
  const at = `https://news.example/${asset.replace('asset:', 'assets/')}`
  expect(assetUrl('https://example.com/a.png', 'https://news.example')).toBe('https://example.com/a.png')
  const article = withAssetUrls(
    {
      headline: 'H',
      lang: 'en',
      dir: 'ltr',
      byline: { name: 'A', isAI: false, avatar: asset },
      hero: { src: asset, alt: '' },
      blocks: [image, { type: 'list', ordered: false, items: [[image]] }],
      notes: [[image]],
      related: [],
    },
    'https://news.example',
  )
  expect(JSON.stringify(article)).not.toContain('asset:')
  expect(JSON.stringify(article).split(at)).toHaveLength(6)
})

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gif, png } from '../assets/pictures.ts'
import { type Calling, openCalling } from './calling.ts'

let api: Calling

beforeAll(async () => {
  api = await openCalling()
})
afterAll(() => api.close())

const upload = (raw: Buffer, type: string) => api.call('POST', '/v1/assets', undefined, { raw, type })

async function form(parts: Readonly<Record<string, File | readonly File[]>>) {
  const data = new FormData()
  for (const [name, files] of Object.entries(parts)) {
    for (const file of Array.isArray(files) ? files : [files]) data.append(name, file)
  }
  const request = new Response(data)
  const raw = Buffer.from(await request.arrayBuffer())
  return api.call('POST', '/v1/articles', undefined, { raw, type: request.headers.get('content-type') ?? '' })
}

const story = (body: string) =>
  new File([`---\nheadline: H\nbyline: A\n---\n\nIt.\n\n${body}\n`], 'story.md', { type: 'text/markdown' })
const picture = (content: Buffer, name: string) => new File([new Uint8Array(content)], name, { type: 'image/png' })

describe('an asset', () => {
  test('is kept once, under what it holds, and served for ever', async () => {
    const { status, body } = await upload(png(40, 30), 'image/png')
    expect(status).toBe(201)
    expect(body).toEqual({
      name: expect.stringMatching(/^[0-9a-f]{64}\.png$/),
      src: `asset:${body.name}`,
      url: `${api.app.publicUrl}/assets/${body.name}`,
      width: 40,
      height: 30,
      bytes: png(40, 30).length,
      warnings: [],
    })
    // What it is said to be does not count.
    expect((await upload(png(40, 30), 'image/webp')).body).toEqual(body)
    const dir = join(api.app.config.dataDir, 'assets')
    expect(await readdir(dir)).toEqual([body.name])
    expect((await stat(join(dir, body.name))).mode & 0o111).toBe(0)

    const served = await api.server.inject({ method: 'GET', url: `/assets/${body.name}` })
    expect(served.rawPayload).toEqual(png(40, 30))
    expect(served.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })

  test.each([
    ['no such name', `/assets/${'0'.repeat(64)}.png`],
    ['a path', '/assets/..%2fsecrets.json'],
    ['another name', '/assets/secrets.json'],
  ])('is not found under %s', async (_, url) => {
    expect((await api.server.inject({ method: 'GET', url })).statusCode).toBe(404)
  })

  test('that is none is refused with the reason', async () => {
    const svg = await upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml')
    expect(svg).toMatchObject({ status: 422, body: { detail: expect.stringContaining('it is an SVG') } })
    const heavy = await upload(png(9, 9, 5 * 1024 * 1024), 'image/png')
    expect(heavy).toMatchObject({ status: 413, body: { detail: expect.stringContaining('5 MB is the most') } })
  })
})

describe('an article with its pictures', () => {
  test('comes in as a form', async () => {
    const { status, body } = await form({
      article: story('![a](photos/ä.png)'),
      picture: [picture(png(8, 9), 'photos/ä.png'), picture(gif(1, 1), 'unused.gif')],
    })
    expect(status).toBe(201)
    const [, image] = body.article.blocks
    expect(image).toEqual({ type: 'image', src: expect.stringMatching(/^asset:/), alt: 'a', width: 8, height: 9 })
    const served = await api.server.inject({ method: 'GET', url: image.src.replace('asset:', '/assets/') })
    expect(served.rawPayload).toEqual(png(8, 9))
  })

  test('is refused when one of them is missing or none, or is not kept here', async () => {
    const missing = await form({ article: story('![a](gone.png)') })
    expect(missing.body.problems).toEqual([
      { where: 'line 8', message: 'expected the picture gone.png beside the article, found no such file' },
    ])
    const none = await form({ article: story('![a](a.png)'), picture: picture(Buffer.from('hm'), 'a.png') })
    expect(none).toMatchObject({ status: 422, body: { detail: expect.stringContaining('a.png cannot be taken') } })
    const src = `asset:${'0'.repeat(64)}.png`
    const unknown = await form({ article: story(`![a](${src})`) })
    expect(unknown.body.problems).toEqual([{ where: src, message: 'there is no such asset' }])
    expect((await form({ picture: picture(png(1, 1), 'a.png') })).body.problems).toEqual([
      { where: '#/article', message: 'expected the article as a file of that name' },
    ])
    const junk = await api.call('POST', '/v1/articles', undefined, {
      raw: Buffer.from('junk'),
      type: 'multipart/form-data; boundary=x',
    })
    expect(junk.status).toBe(422)
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jpeg } from '../assets/pictures.ts'
import { type Desk, mailOf, openDesk } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

test('pictures beside an article are shown, and named as they will be sent', async () => {
  const folder = join(desk.folder, 'articles')
  await mkdir(join(folder, 'photos'))
  await writeFile(join(folder, 'photos', 'gate.jpg'), jpeg(1200, 675))
  await writeFile(
    join(folder, 'shown.md'),
    '---\ntitle: The gate\nauthor: Mara\nimage: photos/gate.jpg\n---\n\nIt stays open.\n',
  )
  const { html } = await mailOf(desk, 'template=article&article=shown.md')
  const [, name = ''] = /src="https:\/\/harbour\.example\/assets\/([0-9a-f]{64}\.jpg)"/.exec(html) ?? []
  const drawn = await (await fetch(`${desk.preview.url}/mail?template=article&article=shown.md`)).text()
  expect(drawn).toContain(`src="/assets/${name}"`)
  const picture = await fetch(`${desk.preview.url}/assets/${name}`)
  expect(picture.headers.get('content-type')).toBe('image/jpeg')
  expect(Buffer.from(await picture.arrayBuffer())).toEqual(jpeg(1200, 675))
  expect((await fetch(`${desk.preview.url}/assets/other.jpg`)).status).toBe(404)
})

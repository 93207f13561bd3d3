import { mkdir, readFile, writeFile } from 'node:fs/promises'
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

test('a test mail that stays in the outbox keeps its pictures where npm start serves them', async () => {
  const { origin } = new URL(desk.preview.url)
  const answer = await fetch(`${origin}/test?template=article&article=shown.md`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ to: 'editor@example.com' }),
  })
  const { detail } = (await answer.json()) as { readonly detail: string }
  const [, file = ''] = /kept in (\S+\.eml)\. Its pictures are seen while npm start runs/.exec(detail) ?? []
  const mail = (await readFile(file, 'utf8')).replace(/=\r\n/g, '')
  const [, name = ''] = /src=3D"http:\/\/localhost:\d+\/assets\/([0-9a-f]{64}\.jpg)"/.exec(mail) ?? []
  expect(await readFile(join(desk.folder, 'data', 'assets', name))).toEqual(jpeg(1200, 675))
})

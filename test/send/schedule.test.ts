import { afterAll, beforeAll, expect, test } from 'vitest'
import { scheduleSend } from '../../src/send/schedule.ts'
import { anIssue, type Calling, openCalling } from '../http/calling.ts'

let api: Calling
let issueId: Awaited<ReturnType<typeof anIssue>>['issue']['id']

beforeAll(async () => {
  api = await openCalling()
  issueId = (await anIssue(api)).issue.id
})
afterAll(() => api.close())

test('a template with a link that no send can fill is refused, not found out by every batch', async () => {
  const links = { ...api.app.links, slotUrls: () => ({ one_click: 'https://news.example.com/u/x' }) }
  await expect(scheduleSend({ ...api.app, links }, { issueId, at: 'now' })).rejects.toMatchObject({
    code: 'invalid_input',
    problems: expect.arrayContaining([
      {
        where: 'url-slot: url slot unsubscribe',
        message: 'The template asks for a link that does not exist; expected one of one_click, view.',
      },
    ]),
  })
})

test('a PUBLIC_URL of which no safe link can be made is refused, also when mail stays on this machine', async () => {
  const links = { ...api.app.links, view: () => 'http://192.168.1.5:8025/view/x' }
  await expect(
    scheduleSend({ ...api.app, links }, { issueId, at: 'now', allow: { rules: ['url-slot'], actor: 'an editor' } }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    problems: [
      { where: 'url-slot: url slot view', message: expect.stringContaining('must be https, or http on loopback') },
    ],
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { scheduleSend } from '../../src/send/schedule.ts'
import { cancelSend } from '../../src/send/steer.ts'
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

test('the same issue is rendered once, however often it is scheduled, and anew when anything in it changes', async () => {
  let renders = 0
  const counting = {
    ...api.app,
    template: async (name: string) => {
      const template = await api.app.template(name)
      const render: typeof template.render = (request) => {
        renders += 1
        return template.render(request)
      }
      return { ...template, render }
    },
  }
  const schedule = async () => {
    const { send } = await scheduleSend(counting, { issueId, at: new Date('2031-05-01T08:00:00Z') })
    await cancelSend(api.app, send.id, 'test')
    return send.editions.map(({ editionHash }) => editionHash)
  }
  const first = await schedule()
  expect(await schedule()).toEqual(first)
  expect(renders).toBe(1)
  await api.call('PATCH', `/v1/issues/${issueId}`, { subject: 'Another one' })
  expect(await schedule()).not.toEqual(first)
  await api.call('PATCH', '/v1/newsletters/morning', { name: 'The Evening' })
  await schedule()
  expect(renders).toBe(3)
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPreview } from '../../src/preview/preview.ts'
import { ask, type Desk, failureOf, mailOf, notice, openDesk, openNews, optionsIn, stateOf } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

const GATE = 'template=notice&article=gate.md'

describe('the preview', () => {
  test('shows the message that a reader would get, with headers, links and size', async () => {
    const mail = await mailOf(desk, GATE)
    expect(mail).toMatchObject({ kind: 'issue', subject: 'The gate', preheader: 'It stays open.', locale: 'en' })
    expect(mail.html).toContain('Dear Ada: The gate')
    expect(mail.html).toContain(`<a href="${desk.preview.url}/link/view">`)
    expect(mail.bytes.now).toBe(Buffer.byteLength(mail.html))
    expect(mail.bytes.most).toBeGreaterThan(mail.bytes.now)
    expect(mail.headers.map(({ name }) => name)).toEqual([
      'From',
      'Subject',
      'List-Unsubscribe',
      'List-Unsubscribe-Post',
      'List-Id',
      'Feedback-ID',
    ])
  })

  test("shows a template's own sample when no article is chosen", async () => {
    expect((await mailOf(desk, 'template=article')).subject).toBe('The tide gate that opens by itself')
    expect((await mailOf(desk, 'template=digest')).subject).toBe('A gate, a ferry and a very old map')
  })

  test('shows any template in any language, its own sample too', async () => {
    expect((await mailOf(desk, 'template=confirm-subscription&language=de')).html).toMatch(/<html[^>]* lang="de"/)
    expect((await mailOf(desk, 'template=welcome&language=ja')).subject).toContain('ようこそ')
    expect((await mailOf(desk, 'template=article&language=ar')).html).toMatch(/<html[^>]* dir="rtl"/)
    expect((await mailOf(desk, `${GATE}&language=fr`)).locale).toBe('fr')
  })

  test("shows mail in the reader's language unless another is chosen", async () => {
    expect((await mailOf(desk, `${GATE}&reader=japanese`)).locale).toBe('ja')
    expect((await mailOf(desk, `${GATE}&reader=japanese&language=es`)).locale).toBe('es')
  })

  test('lets the other articles follow', async () => {
    const alone = await mailOf(desk, 'template=article&article=gate.md')
    const followed = await mailOf(desk, 'template=article&article=gate.md&others=follow')
    expect(alone.html).not.toContain('Night Train')
    expect(followed.html).toContain('Night Train')
  })

  test('offers what there is to choose from', async () => {
    const { choices } = await stateOf(desk, GATE)
    const names = ['article', 'confirm-subscription', 'digest', 'goodbye', 'letter', 'notice', 'welcome']
    expect(choices).toMatchObject({
      is: 'here',
      it: {
        templates: names.map((name) => ({ name, isBroken: false })),
        languages: expect.arrayContaining(['ar', 'en']),
      },
    })
    expect(choices.is === 'here' && choices.it.articles).toContain('gate.md')
  })

  test('lists slots, conditions and every mail that can come of them', async () => {
    const { slots, conditions, matrix } = await mailOf(desk, `${GATE}&slot.plan=paid`)
    expect(slots).toEqual([
      { name: 'first_name', kind: 'text', fallbacks: ['you'], value: 'Ada', places: { html: 1, text: 1 } },
      {
        name: 'view',
        kind: 'url',
        fallbacks: [],
        value: `${desk.preview.url}/link/view`,
        places: { html: 1, text: 1 },
      },
      expect.objectContaining({ name: 'one_click', places: { headers: 1 } }),
    ])
    expect(conditions).toEqual([
      { attribute: 'plan', is: 'paid', holds: true, shown: 'Thank you for paying.', otherwise: 'Join us.' },
    ])
    expect(matrix.branches.map(({ attributes, isReaders }) => ({ attributes, isReaders }))).toEqual([
      { attributes: { plan: 'paid' }, isReaders: true },
      { attributes: { plan: '' }, isReaders: false },
    ])
  })

  test('says what the checks find', async () => {
    const rules = (await mailOf(desk, GATE)).findings.map(({ rule }) => rule)
    expect(rules).toEqual(expect.arrayContaining(['unsubscribe-link', 'text-part']))
  })

  test('finds nothing to mend in our own samples', async () => {
    for (const template of ['article', 'digest', 'letter', 'confirm-subscription', 'welcome', 'goodbye']) {
      expect((await mailOf(desk, `template=${template}`)).findings).toEqual([])
    }
  })
})

describe('a saved file', () => {
  test('is followed, and one that is broken is shown with file, line and the code around it', async () => {
    const news = await openNews(desk)
    await desk.save('emails/draft.tsx', notice('after'))
    expect((await news.next()).files).toEqual(['draft.tsx'])
    expect((await mailOf(desk, 'template=draft&article=gate.md')).html).toContain('after Ada: The gate')

    await desk.save('emails/draft.tsx', 'export default function Notice() {\n  return <p>{</p>\n}')
    await news.next()
    const failure = await failureOf(desk, 'template=draft&article=gate.md')
    expect(failure.message).toContain(`${join(desk.folder, 'emails', 'draft.tsx')}:2:15: Expected identifier`)
    expect(failure.lines).toEqual([
      { number: 1, text: 'export default function Notice() {', isFault: false },
      { number: 2, text: '  return <p>{</p>', isFault: true },
      { number: 3, text: '}', isFault: false },
    ])
    const { choices } = await stateOf(desk, 'template=draft')
    expect(choices.is === 'here' && choices.it.templates).toContainEqual({ name: 'draft', isBroken: true })

    await desk.save('emails/draft.tsx', notice('mended'))
    await news.next()
    expect((await mailOf(desk, 'template=draft&article=gate.md')).html).toContain('mended Ada')
    await news.close()
  })

  test('that throws is shown with the line that threw, also in a component it imports', async () => {
    const news = await openNews(desk)
    await desk.save('emails/components/part.tsx', 'export function Part() {\n  throw new Error("no ink left")\n}')
    await news.next()
    const page = "import { Part } from './components/part.tsx'\nexport default function Mail() { return <Part /> }"
    await desk.save('emails/thrower.tsx', page)
    await news.next()
    const failure = await failureOf(desk, 'template=thrower&article=gate.md')
    expect(failure.where).toMatch(/part\.tsx:2:\d+$/)
    expect(failure.message).toContain('no ink left')
    expect(failure.lines).toContainEqual({ number: 2, text: '  throw new Error("no ink left")', isFault: true })
    await news.close()
  })

  test('of an article shows at once, without compiling anything', async () => {
    const news = await openNews(desk)
    const before = await mailOf(desk, 'template=article&article=fresh.md').catch(({ message }) => message)
    expect(before).toBe('There is no article file fresh.md.')
    await desk.save('articles/fresh.md', '---\nbyline: Mara\nheadline: Fresh\n---\n\nInk.\n')
    expect((await news.next()).files).toEqual(['fresh.md'])
    expect((await mailOf(desk, 'template=article&article=fresh.md')).subject).toBe('Fresh')
    await news.close()
  })

  test('of an article that is wrong says what, and nothing outside the folders is read', async () => {
    await desk.save('articles/bad.json', '{"headline": 7}')
    expect(await failureOf(desk, 'template=notice&article=bad.json')).toMatchObject({ problems: expect.any(Array) })
    const outside = await failureOf(desk, 'template=notice&article=..%2F..%2Fpackage.json')
    expect(outside.message).toBe('There is no article file ../../package.json.')
  })
})

describe('on a machine with other people and pages', () => {
  test('it refuses to listen beyond loopback', async () => {
    const wide = { ...optionsIn(desk.folder), host: '0.0.0.0' }
    await expect(startPreview(wide)).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test('it says so when its port is taken', async () => {
    const taken = { ...optionsIn(desk.folder), port: Number(new URL(desk.preview.url).port) }
    await expect(startPreview(taken)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('it answers only to a name that means this machine', async () => {
    const statusFor = async (host: string) => (await ask(desk, { path: '/state', headers: { host } })).status
    expect(await statusFor('news.example')).toBe(403)
    expect(await statusFor('localhost')).toBe(200)
  })

  test('its page loads nothing from elsewhere, and a mail runs no script and fetches no picture unless asked to', async () => {
    const policy = async (path: string) => (await fetch(desk.preview.url + path)).headers.get('content-security-policy')
    expect(await policy('/')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/)
    expect(await policy(`/mail?${GATE}`)).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; " +
        'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
    )
    expect(await policy(`/mail?${GATE}&pictures=off`)).toContain("img-src 'none'")
    expect(await policy(`/mail?${GATE}&pictures=web`)).toContain("img-src 'self' https: http:")
  })

  test('it takes an order to send from its own page only', async () => {
    const { host, origin } = new URL(desk.preview.url)
    const asked = { path: `/test?${GATE}`, method: 'POST', body: '{"to":"a@example.com"}' }
    const type = { 'content-type': 'application/json' }
    const refused = { status: 403 }
    expect(await ask(desk, { ...asked, headers: { ...type, host } })).toMatchObject(refused)
    expect(await ask(desk, { ...asked, headers: { ...type, host, origin: 'https://evil.example' } })).toMatchObject(
      refused,
    )
    expect(await ask(desk, { ...asked, headers: { ...type, host, origin } })).toMatchObject({ status: 200 })
  })
})

describe('test mail in a plain checkout', () => {
  async function send(body: object) {
    const { origin } = new URL(desk.preview.url)
    const headers = { 'content-type': 'application/json', origin }
    const answer = await fetch(`${desk.preview.url}/test?${GATE}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return {
      status: answer.status,
      body: (await answer.json()) as { outcome?: string; detail?: string; message?: string },
    }
  }

  test('is kept in the outbox, which it names', async () => {
    const { body } = await send({ to: 'editor@example.com' })
    expect(body.outcome).toBe('kept')
    const [, file = ''] = /kept in (.*\.eml)\.$/.exec(body.detail ?? '') ?? []
    const mail = await readFile(file, 'utf8')
    expect(file.startsWith(join(desk.folder, 'data', 'outbox'))).toBe(true)
    expect(mail).toContain('To: editor@example.com')
    expect(mail).toContain('Subject: [Test] The gate')
    expect(mail).toContain('Dear Ada')
  })

  test('goes to nobody when no address is given', async () => {
    expect(await send({})).toMatchObject({ status: 422 })
    expect(await send({ to: 'nobody' })).toMatchObject({ status: 422 })
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMail } from '../../src/check/mail.ts'
import { findDeadLinks } from '../../src/check/outside/dead-links.ts'
import { isPublicAddress } from '../../src/check/outside/public-address.ts'
import { anEdition, factsOf, LINKS } from './mails.ts'

let server: Server
let base: string
let asked: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const [, status = '200'] = /^\/(\d{3})/.exec(request.url ?? '') ?? []
    if (/only-get|endless/.test(request.url ?? '') && request.method === 'HEAD') response.writeHead(405)
    else if (request.url === '/moved') response.writeHead(302, { location: '/404' })
    else if (request.url === '/to-leave') response.writeHead(302, { location: '/unsubscribe?reader=7' })
    else if (request.url === '/round') response.writeHead(302, { location: '/round' })
    else if (request.url === '/endless') return void response.writeHead(200).write('a')
    else response.writeHead(Number(status))
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

/** What is found in a mail with these links, when this machine may be asked. */
async function find(
  paths: readonly string[],
  mayReach: (address: string) => boolean = (address) => address === '127.0.0.1',
) {
  asked = []
  const links = paths.map((path) => `<p><a href="${path.startsWith('/') ? base : ''}${path}">Story</a></p>`)
  const mail = openMail(anEdition({ body: `<h1>The tide gate</h1>${links.join('')}` }), factsOf(), LINKS)
  const faults = await findDeadLinks(mail, { mayReach })
  return faults.map(({ severity = 'error', message }) => `${severity}: ${message}`)
}

describe('the links of a mail', () => {
  test('are asked for once each, with HEAD, without what follows #', async () => {
    expect(await find(['/a', '/a#part', '/b', '/a'])).toEqual([])
    expect(asked.sort()).toEqual(['HEAD /a', 'HEAD /b'])
  })

  test('are asked for with GET where HEAD is not answered, and no more than the head is read', async () => {
    expect(await find(['/only-get', '/endless'])).toEqual([])
    expect(asked.sort()).toEqual(['GET /endless', 'GET /only-get', 'HEAD /endless', 'HEAD /only-get'])
  })

  test('are dead when they are not there, wherever they lead', async () => {
    expect(await find(['/404', '/410', '/moved'])).toEqual([
      'error: It is not there (404).',
      'error: It is not there (410).',
      'error: It is not there (404).',
    ])
  })

  test('may be dead when they give no good answer', async () => {
    expect(await find(['/500', '/round'])).toEqual([
      'warning: It answers with 500.',
      'warning: No answer came (TOO_MANY_REDIRECTS).',
    ])
  })

  test('are left alone where a program is not let in', async () => {
    expect(await find(['/403', '/429'])).toEqual([])
  })

  test('are never asked for when they end, confirm or change something, also behind another', async () => {
    const leaving = [
      '/unsubscribe/abc',
      '/Preferences?id=1',
      '/confirm/abc',
      '/x?token=abc',
      '/u/abcdefghijklmnopqrstuvwx',
    ]
    expect(
      await find([...leaving, '/to-leave', '[unsubscribe]', '[preferences]', '[view]', 'mailto:a@b.press', '#']),
    ).toEqual([])
    expect(asked).toEqual(['HEAD /to-leave'])
  })

  test('are not asked for on this machine and in local networks, whatever their name', async () => {
    const loopback = base.replace('127.0.0.1', 'localhost')
    const found = await find(
      [`${loopback}/a`, '/b', 'http://10.0.0.1/', 'http://[::1]/', 'http://2130706433/'],
      isPublicAddress,
    )
    expect(found).toEqual(
      Array.from({ length: 5 }, () => 'error: It leads to a private address; nobody else can open it.'),
    )
    expect(asked).toEqual([])
  })
})

describe('an address', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
  ])('of no public machine: %s', (address) => expect(isPublicAddress(address)).toBe(false))

  test.each([
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'x',
  ])('of no public machine, in IPv6 or none: %s', (address) => expect(isPublicAddress(address)).toBe(false))

  test.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('of a public machine: %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  )
})

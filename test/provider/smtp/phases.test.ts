import { describe, expect, test, vi } from 'vitest'
import { type CallAnswer, provesNothingAccepted } from '../../../src/provider/provider.ts'
import { FakeClock } from '../../support/clock.ts'
import type { SinkFault, SinkPhase } from '../../support/smtp-sink.ts'
import { deliveryId } from '../batches.ts'
import { certificate, providerTo, runningSink } from './sending.ts'

const MINUTE = 60_000
const accepted = {
  kind: 'answered',
  messages: [{ kind: 'accepted', providerMessageId: `${deliveryId(1)}@example.com` }],
}
const refused = (reason: string) => ({ kind: 'answered', messages: [{ kind: 'refused', reason }] })
const deferred = (reason: string, retryAfterMs: number, more = {}) => ({
  kind: 'answered',
  messages: [{ kind: 'deferred', reason, retryAfterMs, ...more }],
})
const domain = { domainWide: true }
const any = expect.any(String)
const reply = (text: string): SinkFault => ({ kind: 'reply', reply: text })

/** Whether an answer says that the server has not got the message, so that it may be sent again. */
function saysNotAccepted(answer: CallAnswer): boolean {
  if (answer.kind === 'answered') return answer.messages.every(({ kind }) => kind === 'refused' || kind === 'deferred')
  return provesNothingAccepted(answer)
}

const REPLIES: readonly [SinkPhase, string, object][] = [
  ['connect', '220 another name', accepted],
  ['connect', '250 not a greeting', { kind: 'unreachable', detail: any }],
  ['connect', '450 4.3.2 busy', { kind: 'unreachable', detail: 'connect 450 4.3.2: busy' }],
  ['connect', '554 5.7.1 blocked', { kind: 'unreachable', detail: 'connect 554 5.7.1: blocked' }],
  ['connect', '421 4.3.2 later', { kind: 'unreachable', detail: 'connect 421 4.3.2: later' }],
  ['ehlo', '250 sink', accepted],
  ['ehlo', '421 4.3.2 later', { kind: 'unreachable', detail: 'connect 421 4.3.2: later' }],
  // HELO is tried then, and taken; what does not do is a password that would go in the clear.
  ['ehlo', '450 4.3.2 busy', { kind: 'unreachable', detail: 'connect 450 4.3.2: busy' }],
  ['ehlo', '550 no', { kind: 'unreachable', detail: 'connect 550: no' }],
  ['starttls', '454 4.7.0 no TLS just now', { kind: 'unreachable', detail: 'STARTTLS 454 4.7.0: no TLS just now' }],
  ['starttls', '502 5.5.1 no', { kind: 'unauthorised', detail: 'STARTTLS 502 5.5.1: no' }],
  ['starttls', '421 4.3.2 later', { kind: 'unreachable', detail: 'STARTTLS 421 4.3.2: later' }],
  ['auth', '235 2.7.0 ok', accepted],
  ['auth', '454 4.7.0 try again', { kind: 'unreachable', detail: 'AUTH 454 4.7.0: try again' }],
  ['auth', '530 5.7.0 first TLS', { kind: 'unauthorised', detail: 'AUTH 530 5.7.0: first TLS' }],
  ['auth', '534 5.7.9 too weak', { kind: 'unauthorised', detail: 'AUTH 534 5.7.9: too weak' }],
  ['auth', '535 5.7.8 wrong', { kind: 'unauthorised', detail: 'AUTH 535 5.7.8: wrong' }],
  ['auth', '421 4.7.0 too many tries', { kind: 'unreachable', detail: 'AUTH 421 4.7.0: too many tries' }],
  ['mail', '250 2.1.0 fine', accepted],
  ['mail', '354 what', deferred(any, MINUTE)],
  ['mail', '450 4.7.1 too fast', { kind: 'slow_down', retryAfterMs: MINUTE }],
  ['mail', '452 4.3.1 no room', { kind: 'slow_down', retryAfterMs: MINUTE }],
  ['mail', '421 4.7.0 too fast', { kind: 'slow_down', retryAfterMs: MINUTE }],
  ['mail', '421 4.3.2 later', { kind: 'unreachable', detail: 'MAIL 421 4.3.2: later' }],
  ['mail', '503 5.5.1 order', deferred('MAIL 503 5.5.1: order', MINUTE)],
  ['mail', '530 5.7.0 sign in', { kind: 'unauthorised', detail: 'MAIL 530 5.7.0: sign in' }],
  ['mail', '550 5.7.1 not you', { kind: 'unauthorised', detail: 'MAIL 550 5.7.1: not you' }],
  ['mail', '550 no', { kind: 'unauthorised', detail: 'MAIL 550: no' }],
  ['mail', '550 5.4.5 enough for today', { kind: 'quota', retryAfterMs: 60 * MINUTE, detail: any }],
  ['mail', '552 5.3.4 too big', refused('MAIL 552 5.3.4: too big')],
  ['mail', '550 5.6.7 not ASCII', refused('MAIL 550 5.6.7: not ASCII')],
  ['rcpt', '251 2.1.5 will forward', accepted],
  ['rcpt', '354 what', deferred(any, MINUTE)],
  ['rcpt', '450 4.2.1 busy', deferred('RCPT 450 4.2.1: busy', 5 * MINUTE)],
  ['rcpt', '451 later', deferred('RCPT 451: later', 5 * MINUTE)],
  ['rcpt', '450 4.7.28 too fast', deferred('RCPT 450 4.7.28: too fast', 10 * MINUTE, domain)],
  ['rcpt', '421 4.7.28 too fast', deferred(any, 10 * MINUTE, domain)],
  ['rcpt', '421 4.3.2 later', { kind: 'unreachable', detail: any }],
  ['rcpt', '530 5.7.0 sign in', { kind: 'unauthorised', detail: 'RCPT 530 5.7.0: sign in' }],
  ['rcpt', '550 5.7.54 no relaying', { kind: 'unauthorised', detail: 'RCPT 550 5.7.54: no relaying' }],
  ['rcpt', '550 5.1.1 nobody', refused('RCPT 550 5.1.1: nobody')],
  ['rcpt', '550 5.7.1 policy', refused('RCPT 550 5.7.1: policy')],
  ['rcpt', '550-5.1.1 no such\r\n550 5.1.1 user', refused('RCPT 550 5.1.1: no such user')],
  ['rcpt', '550 5.1.1 <reader1@example.org> unknown', refused('RCPT 550 5.1.1')],
  ['rcpt', '550 5.1.1 READER1 unknown', refused('RCPT 550 5.1.1')],
  ['rcpt', '552 5.2.2 full', refused('RCPT 552 5.2.2: full')],
  ['data', '451 4.3.0 later', deferred('DATA 451 4.3.0: later', 5 * MINUTE)],
  ['data', '421 4.7.0 too fast', deferred('DATA 421 4.7.0: too fast', 10 * MINUTE, domain)],
  ['data', '421 4.3.2 later', { kind: 'unreachable', detail: 'DATA 421 4.3.2: later' }],
  ['data', '503 5.5.1 order', deferred('DATA 503 5.5.1: order', MINUTE)],
  ['data', '554 5.6.0 no', refused('DATA 554 5.6.0: no')],
  // Taken for a 354; the lines of the mail are then commands that nobody knows.
  ['data', '250 what', refused('message 500 5.5.2: what')],
  ['body', '451 4.3.0 later', deferred('message 451 4.3.0: later', 5 * MINUTE)],
  ['body', '552 5.3.4 too big', refused('message 552 5.3.4: too big')],
  ['body', '421 4.3.2 later', deferred('message 421 4.3.2: later', MINUTE)],
  ['dot', '250 2.0.0 queued', accepted],
  ['dot', '354 what', { kind: 'lost', detail: any }],
  ['dot', '451 4.3.0 later', deferred('message 451 4.3.0: later', 5 * MINUTE)],
  ['dot', '421 4.7.28 same Message-ID', deferred('message 421 4.7.28: same Message-ID', 10 * MINUTE, domain)],
  ['dot', '421 4.3.2 later', deferred('message 421 4.3.2: later', MINUTE)],
  ['dot', '550 5.7.26 unauthenticated', refused('message 550 5.7.26: unauthenticated')],
  ['dot', '550 5.7.60 not this sender', { kind: 'unauthorised', detail: 'message 550 5.7.60: not this sender' }],
  ['dot', '552 5.3.4 too big', refused('message 552 5.3.4: too big')],
]

const BREAKS: readonly [SinkPhase, object][] = [
  ['connect', { kind: 'unreachable', detail: any }],
  ['ehlo', { kind: 'unreachable', detail: any }],
  ['starttls', { kind: 'unreachable', detail: any }],
  ['auth', { kind: 'unreachable', detail: any }],
  ['mail', deferred(any, MINUTE)],
  ['rcpt', deferred(any, MINUTE)],
  ['data', deferred(any, MINUTE)],
  ['dot', { kind: 'lost', detail: any }],
]

describe.each([
  ['one command at a time', []],
  ['with the envelope in one go', ['PIPELINING']],
])('a server that is spoken to %s', (_, more) => {
  const secured = async (clock?: FakeClock) => {
    const sink = await runningSink({ extensions: ['STARTTLS', 'AUTH PLAIN', ...more], certificate })
    const server = { tls: 'required', user: 'news', password: 'secret', ca: certificate.cert } as const
    return { sink, ...providerTo(sink, server, clock ? { clock } : {}) }
  }
  const takenOf = (sink: { accepted: ReadonlyMap<string, number> }) => sink.accepted.get(deliveryId(1)) ?? 0

  test.each(REPLIES)('at %s says %j', async (phase, text, expected) => {
    const { sink, submit } = await secured()
    const reached = sink.failNext(phase, reply(text))
    const answer = await submit(1)
    await reached
    expect(answer).toEqual(expected)
    const isAccepted = answer.kind === 'answered' && answer.messages[0]?.kind === 'accepted'
    expect(takenOf(sink)).toBe(isAccepted ? 1 : 0)
  })

  test.each(
    BREAKS.flatMap(([phase, expected]) =>
      (['close', 'reset'] as const).map((kind) => [phase, kind, expected] as const),
    ),
  )('at %s: %s', async (phase, kind, expected) => {
    const { sink, submit } = await secured()
    void sink.failNext(phase, { kind })
    const answer = await submit(1)
    expect(answer).toEqual(expected)
    expect(takenOf(sink)).toBe(0)
  })

  test.each(BREAKS)('at %s falls silent', async (phase, expected) => {
    const clock = new FakeClock()
    const { sink, submit } = await secured(clock)
    const reached = sink.failNext(phase, { kind: 'hang' })
    const answering = submit(1)
    await reached
    // The answer to the dot is waited for longest (RFC 5321 section 4.5.3.2.6).
    await clock.advance(phase === 'dot' ? 10 * MINUTE - 1 : 5 * MINUTE)
    if (phase === 'dot') await clock.advance(1)
    expect(await answering).toEqual(expected)
    expect(takenOf(sink)).toBe(0)
  })

  test.each(['close', 'reset', 'hang'] as const)('takes the message and then: %s', async (kind) => {
    const clock = new FakeClock()
    const { sink, submit } = await secured(clock)
    const reached = sink.failNext('dot', { kind, accepts: true })
    const answering = submit(1)
    await reached
    if (kind === 'hang') await clock.advance(10 * MINUTE)
    const answer = await answering
    expect(answer).toEqual({ kind: 'lost', detail: any })
    expect(saysNotAccepted(answer)).toBe(false)
    expect(takenOf(sink)).toBe(1)
  })

  test.each<readonly [string, SinkFault, object]>([
    ['close', { kind: 'close' }, deferred(any, MINUTE)],
    ['reset', { kind: 'reset' }, deferred(any, MINUTE)],
    ['552', reply('552 5.3.4 too big'), refused('message 552 5.3.4: too big')],
    // It cannot mean what it says; the end of the message does not follow.
    ['250', reply('250 fine'), { kind: 'lost', detail: any }],
  ])('in the middle of a long message: %s', async (_, fault, expected) => {
    const { sink, submit } = await secured()
    void sink.failNext('body', fault)
    expect(await submit(1, { html: 'x'.repeat(3_000_000) })).toEqual(expected)
    await vi.waitFor(() => expect(sink.connections.open).toBe(0))
    expect(takenOf(sink)).toBe(0)
  })
})

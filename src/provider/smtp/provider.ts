import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '../../clock.ts'
import type { BounceAddresses } from '../bounce-address.ts'
import type { Provider } from '../provider.ts'
import { answerTo, describeFailure } from './answers.ts'
import { assembleSmtpMessage, readSmtpBody, SMTP_WIRE } from './assemble.ts'
import { resetSession, type SmtpServer } from './session.ts'
import { openSessions } from './sessions.ts'
import { createSigner, type DkimKey } from './sign.ts'
import { LONGEST_SUBMISSION_MS, submitMail } from './submit.ts'

export type SmtpOptions = {
  readonly server: SmtpServer
  /** Messages a second. Default 10. */
  readonly requestsPerSecond?: number
  /** Default: mail is not signed here. */
  readonly dkim?: DkimKey | undefined
  /** Where bounces go. Default: to the address in `From`. */
  readonly bounces?: Pick<BounceAddresses, 'of'> | undefined
  readonly clock?: Clock
}

/**
 * Any SMTP server. It remembers nothing that one could ask it again about, so the unit is one message, and nothing is
 * repeated here once the end of a message may have arrived.
 */
export function createSmtpProvider(options: SmtpOptions): Provider {
  const { server, requestsPerSecond = 10, dkim, bounces, clock = systemClock } = options
  const sessions = openSessions(server, clock)
  const sign = dkim ? createSigner(dkim) : undefined
  return {
    name: 'smtp',
    account: createHash('sha256')
      .update(`${server.host}\n${server.port}\n${server.user ?? ''}`)
      .digest('hex')
      .slice(0, 16),
    wire: SMTP_WIRE,
    flags: {
      idempotent: false,
      batch: false,
      reportsEvents: false,
      leavesMachine: true,
      internationalAddresses: true,
    },
    limits: {
      maxRecipients: 1,
      maxBodyBytes: 4 * 1024 * 1024,
      requestsPerSecond,
      deadlineMs: LONGEST_SUBMISSION_MS,
    },
    assemble: assembleSmtpMessage,
    async submit(body, { signal }) {
      const mail = readSmtpBody(body.bytes)
      const exchange = await submitMail(mail, { sessions, clock, sign, bounces, signal })
      // The row keeps the pace of the first start; this makes a changed setting count.
      return { answer: answerTo(exchange, mail.to), pace: { requestsPerSecond } }
    },
    async check(signal) {
      const opened = await sessions.open(signal)
      if (opened.kind !== 'ready') return { ok: false, detail: `${describeFailure(opened)}.` }
      const { session } = opened
      if (!(await resetSession(session, clock, signal))) return { ok: false, detail: 'The server ends the connection.' }
      void sessions.keep(session, false)
      const how = `${session.isEncrypted ? 'over TLS' : 'without TLS'}${server.user === undefined ? '' : ', with the password'}`
      const signed = dkim ? `it is signed for ${dkim.domain}` : 'it is not signed here'
      return { ok: true, detail: `The server takes mail from here ${how}; ${signed}.` }
    },
    close: () => sessions.close(),
  }
}

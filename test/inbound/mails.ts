/** A mail as it comes over the wire. */
export function mailOf(headers: Readonly<Record<string, string>>, body = ''): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${lines.join('\n')}\n\n${body}`.replaceAll('\n', '\r\n'))
}

/** What a report is made of; what is left out is left out there, too. */
export type ReportFacts = {
  readonly action?: string
  readonly status?: string
  readonly diagnostic?: string
  readonly final?: string
  readonly original?: string
  /** The mail that comes back. */
  readonly returned?: string
  readonly text?: string
}

/** A report as most servers make it (RFC 3464). */
export function reportOf(facts: ReportFacts): Buffer {
  const { action = 'failed', status, diagnostic, final = 'ada@example.com', original, returned, text } = facts
  const fields = [
    original && `Original-Recipient: rfc822;${original}`,
    final && `Final-Recipient: rfc822; ${final}`,
    `Action: ${action}`,
    status && `Status: ${status}`,
    diagnostic && `Diagnostic-Code: smtp; ${diagnostic}`,
  ]
  const body = [
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text ?? 'This is the mail system. Your message could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.net',
    '',
    ...fields.filter((line) => line),
    '',
    '--b',
    'Content-Type: message/rfc822',
    '',
    returned ?? 'Subject: Hello\nMessage-ID: <somebody@example.org>\n\nHello',
    '--b--',
    '',
  ]
  return mailOf(
    {
      'Return-Path': '<>',
      From: 'Mail Delivery System <MAILER-DAEMON@mx.example.net>',
      Subject: 'Undelivered Mail Returned to Sender',
      'Auto-Submitted': 'auto-replied',
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary="b"',
    },
    body.join('\n'),
  )
}

/** A feedback report (RFC 5965). */
export function complaintOf(facts: {
  readonly type?: string
  readonly to?: string
  readonly returned?: string
}): Buffer {
  const body = [
    '--b',
    'Content-Type: text/plain',
    '',
    'This is a report of an email that its reader called unwanted.',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${facts.type ?? 'abuse'}`,
    'User-Agent: Reporter/1.0',
    'Version: 1',
    ...(facts.to ? [`Original-Rcpt-To: <${facts.to}>`] : []),
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    facts.returned ?? 'Subject: Hello',
    '--b--',
    '',
  ]
  return mailOf(
    {
      From: 'feedback@mail.example.net',
      Subject: 'FW: Hello',
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/report; report-type=feedback-report; boundary=b',
    },
    body.join('\n'),
  )
}

/** A mail that a person writes. */
export function letterOf(from: string, headers: Readonly<Record<string, string>> = {}, text = 'Yes.'): Buffer {
  return mailOf({ From: from, Subject: 'Re: Please confirm', ...headers }, text)
}

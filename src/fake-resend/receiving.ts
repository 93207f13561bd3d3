import type { Call } from './call.ts'
import { notFoundNamed } from './errors.ts'
import type { WebhookEvent } from './events.ts'
import type { InboundEmail, InboundFile } from './inbox.ts'
import { listPage } from './page.ts'
import type { Parts } from './parts.ts'
import { type FileReply, ok, type Reply, refused } from './reply.ts'

const LINK_LIFETIME_MS = 60 * 60_000

/** `GET /emails/receiving`. */
export function listReceived({ query }: Call, { inbox }: Parts): Reply {
  return listPage(query, inbox.all().toReversed(), summary, notFoundNamed('Email'))
}

/** `GET /emails/receiving/:id`; inline images are `data:` addresses unless `html_format=cid`. */
export function readReceived(call: Call, parts: Parts): Reply {
  const email = parts.inbox.find(call.params.id ?? '')
  if (!email) return refused(notFoundNamed('Email'))
  const html = email.html ?? null
  return ok({
    object: 'email',
    ...summary(email),
    html: call.query.get('html_format') === 'cid' ? html : withImages(html, email.files),
    text: email.text ?? null,
    headers: email.headers,
    raw: link(call, parts, `${email.id}/raw`),
  })
}

/** `GET /emails/receiving/:id/attachments`. */
export function listReceivedFiles(call: Call, parts: Parts): Reply {
  const email = parts.inbox.find(call.params.id ?? '')
  if (!email) return refused(notFoundNamed('Email'))
  return listPage(call.query, email.files, (file) => download(call, parts, email, file), notFoundNamed('Attachment'))
}

/** `GET /emails/receiving/:id/attachments/:file`. */
export function readReceivedFile(call: Call, parts: Parts): Reply {
  const email = parts.inbox.find(call.params.id ?? '')
  const file = email?.files.find(({ id }) => id === call.params.file)
  if (!email || !file) return refused(notFoundNamed('Attachment'))
  return ok({ object: 'attachment', ...download(call, parts, email, file) })
}

/** What stands behind a `download_url`, until it expires; undefined when `path` is none. */
export function downloadFor(path: string, query: URLSearchParams, { inbox, clock }: Parts): FileReply | undefined {
  const [, emailId = '', part] = /^\/_fake\/received\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  const email = inbox.find(emailId)
  if (!email || Number(query.get('expires')) < clock.now().getTime()) return undefined
  if (part === 'raw') return { contentType: 'message/rfc822', bytes: email.raw }
  return email.files.find(({ id }) => id === part)
}

/** The event about an email that came in: everything but its content. */
export function receivedEvent(email: InboundEmail, now: Date): WebhookEvent {
  const { id, ...data } = summary(email)
  return { type: 'email.received', created_at: now.toISOString(), data: { email_id: id, ...data } }
}

function summary(email: InboundEmail): { readonly id: string } & Record<string, unknown> {
  return {
    id: email.id,
    to: email.to,
    from: email.from,
    created_at: email.receivedAt.toISOString(),
    subject: email.subject,
    bcc: email.bcc,
    cc: email.cc,
    reply_to: email.replyTo,
    received_for: email.to,
    message_id: email.messageId,
    attachments: email.files.map(described),
  }
}

function described({ id, filename, bytes, contentType, contentId }: InboundFile): Record<string, unknown> {
  const content_disposition = contentId === null ? 'attachment' : 'inline'
  return { id, filename, size: bytes.length, content_type: contentType, content_id: contentId, content_disposition }
}

function download(call: Call, parts: Parts, email: InboundEmail, file: InboundFile): Record<string, unknown> {
  return { ...described(file), ...link(call, parts, `${email.id}/${file.id}`) }
}

function link({ origin }: Call, { clock }: Parts, path: string): Record<string, string> {
  const expires = new Date(clock.now().getTime() + LINK_LIFETIME_MS)
  const download_url = `${origin}/_fake/received/${path}?expires=${expires.getTime()}`
  return { download_url, expires_at: expires.toISOString() }
}

function withImages(html: string | null, files: readonly InboundFile[]): string | null {
  if (html === null) return null
  return html.replace(/\bcid:([^"'\s)>]+)/g, (whole, contentId: string) => {
    const file = files.find((one) => one.contentId === contentId)
    return file ? `data:${file.contentType};base64,${file.bytes.toString('base64')}` : whole
  })
}

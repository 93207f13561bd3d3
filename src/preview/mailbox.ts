import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../app.ts'
import { assetsDir, keepAsset } from '../assets/keep.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { fillEdition } from '../edition/fill.ts'
import { slotNames } from '../edition/slot-names.ts'
import { AppError } from '../error.ts'
import { type DeliveryId, newId } from '../id.ts'
import type { Logger } from '../log.ts'
import { brandingInMail } from '../newsletter/branding.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import { fileOf } from '../outbox/file.ts'
import type { Delivery } from '../outcome/outcome.ts'
import { mimeOf } from '../provider/mime.ts'
import { singleBell } from '../send/bells.ts'
import type { OpenMailbox, TestMail, TestMailbox, TestMailSent } from './test-mail.ts'

type MailboxDeps = { readonly config: Config; readonly clock: Clock; readonly log: Logger }

/** The mailbox of a configuration: its provider where there is one, else the outbox, which needs no database. */
export function openConfiguredMailbox(deps: MailboxDeps): TestMailbox {
  const { config } = deps
  if (config.smtp === null && config.resend === null) return outboxOf(deps)
  const provider = config.smtp === null ? 'resend' : 'smtp'
  let opened: Promise<App> | undefined
  return {
    describe: async () => ({ provider, leavesMachine: true, folder: null }),
    async open() {
      opened ??= openInstallation(deps)
      // One that could not be opened is tried again the next time.
      opened.catch(() => {
        opened = undefined
      })
      return mailboxOf(await opened)
    },
    close: async () => (await opened?.catch(() => undefined))?.close(),
  }
}

function outboxOf({ config, clock }: MailboxDeps): TestMailbox {
  const folder = join(config.dataDir, 'outbox')
  const open: OpenMailbox = {
    // Its pictures are where the outbox shows it.
    sender: async () => ({ publicUrl: config.publicUrl }),
    async send(mail) {
      const file = await keep(mail, folder, clock)
      await keepPictures(mail, config)
      const where =
        mail.pictures.length === 0 ? '' : ` Its pictures are seen while npm start runs, at ${config.publicUrl}.`
      const detail = `Nothing was sent: no provider is configured. The mail is kept in ${file}.${where}`
      return { outcome: 'kept', detail }
    },
  }
  return {
    describe: async () => ({ provider: 'outbox', leavesMachine: false, folder }),
    open: async () => open,
    close: async () => undefined,
  }
}

// As the outbox keeps mail, and without the database that stands behind sends: nobody is waiting for an answer.
async function keep({ to, newsletter, edition, texts }: TestMail, folder: string, clock: Clock): Promise<string> {
  const deliveryId = newId<'delivery'>()
  const urls = slotNames(edition).urls.map((name) => [name, newsletter.homepage ?? 'https://newsletter.invalid/'])
  const message = fillEdition(edition, { ...texts, ...Object.fromEntries(urls) })
  const from = `${JSON.stringify(newsletter.fromName)} <${newsletter.fromAddress}>`
  const messageId = `${deliveryId}@pressroom.local`
  const bytes = mimeOf({ ...message, deliveryId, messageId, date: clock.now(), from, replyTo: undefined, to })
  await mkdir(folder, { recursive: true })
  const file = fileOf(folder, deliveryId)
  await writeFile(`${file}.partial`, bytes)
  await rename(`${file}.partial`, file)
  return file
}

async function keepPictures({ pictures }: TestMail, { dataDir }: Config): Promise<void> {
  for (const picture of pictures) await keepAsset(assetsDir(dataDir), picture)
}

async function openInstallation({ config, clock, log }: MailboxDeps): Promise<App> {
  // Only now: an installation is more than a preview needs to start.
  const { openApp } = await import('../app.ts')
  return openApp(config, { clock, log })
}

function mailboxOf(app: App): OpenMailbox {
  const chosen = new Map<string, Newsletter>()
  return {
    async sender(slug) {
      const newsletter = pick(await app.store.newsletters.list(), slug)
      chosen.set(newsletter.slug, newsletter)
      const { publicUrl } = app
      return { newsletter: { ...newsletter, branding: brandingInMail(newsletter.branding, publicUrl) }, publicUrl }
    },
    async send(asked) {
      const { to, edition, texts } = asked
      const { slug } = asked.newsletter
      const newsletter = chosen.get(slug)
      if (newsletter === undefined) throw new AppError('internal', `Newsletter ${slug} was not asked for before.`)
      await keepPictures(asked, app.config)
      await app.store.editions.put(edition)
      const links = slotNames(edition).urls.map((name) => [name, app.links.newsletter(newsletter.id)])
      const slotValues = {
        ...texts,
        ...Object.fromEntries(links),
        view: app.links.view(edition.hash),
        ...app.links.slotUrls(newsletter.id, null),
      }
      const mail = {
        newsletterId: newsletter.id,
        subscriberId: null,
        address: to,
        editionHash: edition.hash,
        slotValues,
      }
      const { deliveryId } = await app.store.deliveries.addSingle(mail)
      await app.queue.enqueue(singleBell(deliveryId))
      return waitFor(app, deliveryId)
    },
  }
}

function pick(newsletters: readonly Newsletter[], slug: string | undefined): Newsletter {
  const slugs = newsletters.map((one) => one.slug)
  const [only] = newsletters
  if (only === undefined) {
    throw new AppError(
      'invalid_input',
      'The installation has no newsletter to send for. Make one: pressroom newsletter create.',
    )
  }
  const found = slug === undefined && newsletters.length === 1 ? only : newsletters.find((one) => one.slug === slug)
  if (found) return found
  throw new AppError('invalid_input', `Say which newsletter it is sent for: ${slugs.join(', ')}.`)
}

const PATIENCE_MS = 15_000
const GLANCE_MS = 250

/** A worker takes it, as it takes all mail. What becomes of it later is in the log of deliveries. */
async function waitFor({ store, clock, provider }: App, id: DeliveryId): Promise<TestMailSent> {
  for (let waited = 0; waited < PATIENCE_MS; waited += GLANCE_MS) {
    const delivery = await store.deliveries.get(id)
    const answer = delivery && answerOf(delivery, provider.name)
    if (answer) return answer
    await clock.sleep(GLANCE_MS)
  }
  const detail = 'It waits for a worker, and none has taken it within 15 s. Is one running? npm start runs one.'
  return { outcome: 'waiting', detail }
}

function answerOf({ outcome, reason }: Delivery, provider: string): TestMailSent | undefined {
  switch (outcome) {
    case 'accepted':
      return { outcome: 'accepted', detail: `${provider} accepted it; that is not yet delivered.` }
    case 'refused':
    case 'skipped':
      return { outcome: 'failed', detail: `It was ${outcome}: ${reason ?? 'no reason given'}.` }
    case 'uncertain':
      return {
        outcome: 'failed',
        detail: `Nobody can know whether ${provider} took it: ${reason ?? 'its answer was lost'}.`,
      }
    default:
      return undefined
  }
}

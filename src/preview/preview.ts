import { basename, isAbsolute, relative, resolve } from 'node:path'
import fastify from 'fastify'
import type { PictureBeside } from '../assets/beside.ts'
import type { Clock } from '../clock.ts'
import { BUILT_IN_EMAILS, loadTemplates } from '../edition/templates.ts'
import { AppError } from '../error.ts'
import type { Logger } from '../log.ts'
import { articleFolders } from './articles.ts'
import type { Choice } from './choice.ts'
import { followSaves, type Saved } from './follow.ts'
import { servePages } from './pages.ts'
import { isLoopback } from './policy.ts'
import { type Previewed, type RenderedChoice, renderChoice } from './rendering.ts'
import { createTestMails, type TestMailbox } from './test-mail.ts'

export type PreviewOptions = {
  /** A loopback address; `127.0.0.1` when left out. */
  readonly host?: string | undefined
  /** 0 takes a free one. */
  readonly port: number
  /** The user's templates (EMAILS_DIR). */
  readonly emailsDir?: string | undefined
  /** A folder of articles, offered beside the examples that come with Pressroom. */
  readonly articlesDir?: string | undefined
  /** A JSON file of readers, offered beside those that are made up. */
  readonly readersFile?: string | undefined
  /** A JSON file of the newsletter that mails belong to; what it leaves out is made up. */
  readonly newsletterFile?: string | undefined
  /** Where readers would reach the installation: it names the sender in headers. Default: the preview's own address. */
  readonly publicUrl?: string | undefined
  /** Where test mail goes. */
  readonly mailbox: TestMailbox
  /** Where compiled templates are kept. */
  readonly cacheDir: string
  readonly clock: Clock
  readonly log: Logger
}

/** A preview that is being served. */
export type Preview = { readonly url: string; close(): Promise<void> }

/**
 * Serves a page that shows what readers would get for any template, article, reader and language; it follows every
 * saved change within a second. It answers on loopback only, and reaches out to nothing but the pictures of a mail,
 * when asked to, and the provider, for a test mail.
 * @throws AppError `config_invalid` when `host` is not a loopback address, `unavailable` when the port is taken
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const { host = '127.0.0.1', port, clock, log } = options
  if (!isLoopback(host)) {
    throw new AppError('config_invalid', `The preview listens on loopback only; ${host} is not a loopback address.`)
  }
  const articles = articleFolders(options.articlesDir)
  const emails = [BUILT_IN_EMAILS, ...(options.emailsDir === undefined ? [] : [options.emailsDir])]
  const files = [options.readersFile, options.newsletterFile].filter((file) => file !== undefined)
  let templates = await loadTemplates(options)
  const previewed: Previewed = {
    templates: () => templates,
    articles,
    readersFile: options.readersFile,
    newsletterFile: options.newsletterFile,
    publicUrl: options.publicUrl ?? 'https://harbour.example',
    clock,
  }
  const renders = keepRenders(previewed)
  const server = fastify({ forceCloseConnections: true })
  const { announce } = servePages(server, {
    previewed,
    render: renders.render,
    picture: renders.picture,
    isSource: (path) => templates.sources.includes(path) || emails.some((folder) => isWithin(path, folder)),
    testMails: createTestMails(previewed, options.mailbox),
  })
  const url = await server.listen({ host, port }).catch((cause) => {
    throw new AppError(
      'unavailable',
      `The preview cannot listen on port ${port}. Choose another, or 0 for a free one.`,
      { cause },
    )
  })
  const isContent = (path: string) =>
    !templates.sources.includes(path) &&
    !emails.some((folder) => isWithin(path, folder)) &&
    [...files, ...articles].some((place) => isWithin(path, place))
  const following = await followSaves([...emails, ...articles, ...files, ...templates.sources], follow)

  async function follow({ paths, at }: Saved): Promise<void> {
    if (!paths.every(isContent)) {
      try {
        templates = await templates.reload()
        following.add(templates.sources)
      } catch (error) {
        log.error({ event: 'preview_reload_failed', err: error }, 'templates could not be loaded again')
      }
    }
    renders.forget()
    announce({ files: paths.map((path) => basename(path)), at: Number.isFinite(at) ? at : clock.now().getTime() })
  }

  return {
    url,
    close: async () => {
      await following.stop()
      await server.close()
      await options.mailbox.close()
    },
  }
}

/** What was rendered stays good until something is saved: filling it for another reader takes no time. */
function keepRenders(previewed: Previewed) {
  const kept = new Map<string, Promise<RenderedChoice>>()
  const pictures = new Map<string, PictureBeside>()
  const renderNow = async (choice: Choice) => {
    const rendered = await renderChoice(previewed, choice)
    for (const picture of rendered.pictures.values()) pictures.set(picture.name, picture)
    return rendered
  }
  return {
    picture: (name: string) => pictures.get(name),
    render(choice: Choice): Promise<RenderedChoice> {
      const key = JSON.stringify({ ...choice, values: undefined })
      const rendered = kept.get(key) ?? renderNow(choice)
      kept.set(key, rendered)
      const [oldest] = kept.keys()
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      return rendered
    },
    // Pictures are named by what they hold: a mail that is being looked at still finds its own.
    forget: () => kept.clear(),
  }
}

const MOST_KEPT = 40

function isWithin(path: string, folder: string): boolean {
  const inside = relative(resolve(folder), path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}

import { relative, resolve, sep } from 'node:path'
import { watch } from 'chokidar'
import fastify from 'fastify'
import type { Clock } from '../clock.ts'
import { BUILT_IN_EMAILS, loadTemplates } from '../edition/templates.ts'
import { AppError } from '../error.ts'
import type { Logger } from '../log.ts'
import { articleFolders } from './articles.ts'
import { isLoopback, servePages } from './pages.ts'

export type PreviewOptions = {
  /** A loopback address; `127.0.0.1` when left out. */
  readonly host?: string | undefined
  /** 0 takes a free one. */
  readonly port: number
  /** The user's templates (EMAILS_DIR). */
  readonly emailsDir?: string | undefined
  /** A folder of articles, offered beside the examples that come with Pressroom. */
  readonly articlesDir?: string | undefined
  /** Where compiled templates are kept. */
  readonly cacheDir: string
  readonly clock: Clock
  readonly log: Logger
}

/** A preview that is being served. */
export type Preview = { readonly url: string; close(): Promise<void> }

/**
 * Serves a page that shows what a reader would get for any template and article, as html, text and source; it follows
 * every saved change within a second. It answers on loopback only, and reaches out to nothing but the pictures of a
 * mail, and to those only when asked.
 * @throws AppError `config_invalid` when `host` is not a loopback address, `unavailable` when the port is taken
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const { host = '127.0.0.1', port, clock, log } = options
  if (!isLoopback(host)) {
    throw new AppError('config_invalid', `The preview listens on loopback only; ${host} is not a loopback address.`)
  }
  const articles = articleFolders(options.articlesDir)
  const emails = [BUILT_IN_EMAILS, ...(options.emailsDir === undefined ? [] : [options.emailsDir])]
  let templates = await loadTemplates(options)
  const server = fastify({ forceCloseConnections: true })
  const { announce } = servePages(server, { templates: () => templates, articles, clock })

  const url = await server.listen({ host, port }).catch((cause) => {
    throw new AppError(
      'unavailable',
      `The preview cannot listen on port ${port}. Choose another, or 0 for a free one.`,
      { cause },
    )
  })
  const stopFollowing = await followChanges([...emails, ...articles], async () => {
    try {
      templates = await templates.reload()
    } catch (error) {
      log.error({ event: 'preview_reload_failed', err: error }, 'templates could not be loaded again')
    }
    announce()
  })
  return {
    url,
    close: async () => {
      await stopFollowing()
      await server.close()
    },
  }
}

// Saving a file is often several events; the first is waited out, those during a run cause one more.
const SETTLE_MS = 40

/** Calls `follow` after changes in `folders`, one call at a time; resolves once watching, to what ends it. */
async function followChanges(folders: readonly string[], follow: () => Promise<void>): Promise<() => Promise<void>> {
  const watcher = watch([...folders], { ignoreInitial: true, ignored: (path) => isHidden(path, folders) })
  let settling: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  watcher.on('all', () => {
    clearTimeout(settling)
    settling = setTimeout(() => {
      running = running.then(follow)
    }, SETTLE_MS)
  })
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return async () => {
    clearTimeout(settling)
    await watcher.close()
    await running
  }
}

// Seen from the watched folder: where that lies itself does not matter.
function isHidden(path: string, folders: readonly string[]): boolean {
  const folder = folders.find((one) => path.startsWith(resolve(one))) ?? ''
  return relative(folder, path)
    .split(sep)
    .some((part) => part === 'node_modules' || /^\.[^.]/.test(part))
}

import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { isOutage } from '../problem.ts'
import { addAssets } from './assets.ts'
import type { PublicDeps } from './deps.ts'
import { addOneClick } from './one-click.ts'
import { addReaderPages } from './reader-pages.ts'
import { sendNotice } from './reply.ts'
import { addSubscribePages } from './subscribe-pages.ts'
import { addWebView } from './web-view.ts'

/**
 * Everything that readers see: the newsletters and their forms, confirmation, preferences, leaving, the web view. Works
 * without JavaScript and without cookies, and a GET never changes anything.
 */
export function publicPages(deps: PublicDeps): FastifyPluginAsync {
  const basePath = new URL(deps.publicUrl).pathname.replace(/\/+$/, '')
  return async (app) => {
    if (!app.hasContentTypeParser(FORM)) await app.register(formbody, { bodyLimit: 16_384 })
    answerErrors(app, deps, basePath)
    addAssets(app)
    addSubscribePages(app, deps, basePath)
    addReaderPages(app, deps, basePath)
    addWebView(app, deps, basePath)
    await app.register(async (scope) => addOneClick(scope, deps))
  }
}

const FORM = 'application/x-www-form-urlencoded'

function answerErrors(app: FastifyInstance, { log }: PublicDeps, basePath: string): void {
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 400 && status < 500) return sendNotice(reply, 'badRequest', basePath, status)
    log.error({ event: 'public_page_failed', err: error })
    return sendNotice(reply, 'broken', basePath, isOutage(error) ? 503 : 500)
  })
}

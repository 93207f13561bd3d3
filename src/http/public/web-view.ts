import type { FastifyInstance } from 'fastify'
import type { Article } from '../../article/article.ts'
import { withAssetUrls } from '../../assets/asset.ts'
import type { PublicDeps } from './deps.ts'
import { sendNotice } from './reply.ts'
import { addWebParts } from './web-parts.ts'

// The issue brings inline styles and pictures from anywhere; scripts come from us alone.
const POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; media-src 'self' https:; " +
  "script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The edition in the browser, as everybody may see it, with its player and the full editorial perspective. */
export function addWebView(app: FastifyInstance, deps: PublicDeps, basePath: string): void {
  const served = (article: Article) => withAssetUrls(article, deps.publicUrl)
  app.get<{ Params: { editionHash: string } }>('/view/:editionHash', async (request, reply) => {
    const { editionHash } = request.params
    const view = /^[0-9a-f]{64}$/.test(editionHash) ? await deps.webView(editionHash) : null
    if (view === null) return sendNotice(reply, 'notFound', basePath, 404)
    return reply
      .headers({
        'content-security-policy': POLICY,
        'cache-control': 'public, max-age=300',
        'content-language': view.locale,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-robots-tag': 'noindex',
      })
      .type('text/html; charset=utf-8')
      .send(addWebParts({ ...view, articles: view.articles.map(served) }, basePath))
  })
}

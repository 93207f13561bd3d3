import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const FILES = {
  'subscribe.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'view.css': 'text/css; charset=utf-8',
  'view.js': 'text/javascript; charset=utf-8',
} as const

export type AssetName = keyof typeof FILES

type Asset = { readonly path: string; readonly type: string; readonly body: Buffer }

const assets = Object.fromEntries(Object.entries(FILES).map(([name, type]) => [name, load(name, type)]))

/** Where a style sheet or script of ours is served; the path changes with its content. */
export function assetPath(name: AssetName): string {
  return assets[name]?.path ?? ''
}

/** Serves the style sheets and the script of the pages for readers, to be kept by browsers for ever. */
export function addAssets(app: FastifyInstance): void {
  for (const { path, type, body } of Object.values(assets)) {
    app.get(path, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(body),
    )
  }
  // Other sites name the script once and for all, so it has a path that stays, and is looked at again after an hour.
  const script = assets['subscribe.js']
  app.get(SUBSCRIBE_SCRIPT, (_request, reply) =>
    reply
      .type(script?.type ?? '')
      .header('cache-control', 'public, max-age=3600')
      .send(script?.body),
  )
}

/** Where forms on other sites find the script that keeps their readers there. */
export const SUBSCRIBE_SCRIPT = '/assets/subscribe.js'

function load(name: string, type: string): Asset {
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url))
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { path: `/assets/${name.replace('.', `.${hash}.`)}`, type, body }
}

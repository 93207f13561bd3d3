import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import type { App } from '../app.ts'
import { ASSET_TYPES, type AssetExtension, isAssetName } from '../assets/asset.ts'
import { assetsDir } from '../assets/keep.ts'
import { answerNotFound } from './problem.ts'

/** Serves the pictures that are kept. A name says what is in it, so that whoever has one may keep it for ever. */
export function assets({ config }: Pick<App, 'config'>): FastifyPluginAsync {
  const dir = assetsDir(config.dataDir)
  return async (server) => {
    server.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
      const { name } = request.params
      const content = isAssetName(name) ? await readFile(join(dir, name)).catch(nullIfAbsent) : null
      if (content === null) return answerNotFound(request, reply)
      return reply
        .type(ASSET_TYPES[extname(name).slice(1) as AssetExtension])
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          // Mail programs and pages of others show it.
          'cross-origin-resource-policy': 'cross-origin',
        })
        .send(content)
    })
  }
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}

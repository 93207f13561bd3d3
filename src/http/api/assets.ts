import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { ASSET_TYPES, assetUrl, MAX_ASSET_BYTES } from '../../assets/asset.ts'
import { assetsDir, checkPicture, keepAsset } from '../../assets/keep.ts'

const picture = z
  .custom<Buffer>((value) => value instanceof Buffer, 'expected a picture')
  .meta({ description: 'A PNG, JPEG, GIF or WebP of at most 5 MB, as it is.', type: 'string', format: 'binary' })

const asset = z.object({
  name: z.string().describe('The sha256 of its bytes, and what it is.'),
  src: z
    .string()
    .describe('What stands for it as the `src` of a picture in an article, or of a logo: asset: and its name.'),
  url: z.string().describe('Where readers find it.'),
  width: z.int().describe('In pixels.'),
  height: z.int(),
  bytes: z.int(),
  warnings: z.array(z.string()).readonly(),
})

// Those that are not taken are read too, so that it can be said why.
const READ = [...Object.values(ASSET_TYPES), 'image/svg+xml', 'image/avif', 'image/heic', 'application/octet-stream']

/** `/assets` */
export function assetRoutes({ config, publicUrl }: Pick<App, 'config' | 'publicUrl'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.removeAllContentTypeParsers()
    // A little more than is taken: what is just too large is refused in our words.
    api.addContentTypeParser(READ, { parseAs: 'buffer', bodyLimit: 2 * MAX_ASSET_BYTES }, (_request, bytes, done) =>
      done(null, bytes),
    )
    api.post(
      '/assets',
      {
        config: { scopes: ['write'] },
        schema: {
          tags: ['Assets'],
          summary: 'Keep a picture, for articles and logos',
          description:
            'The same picture is kept once. What it is is read from its bytes, whatever its type is said to be.',
          consumes: Object.values(ASSET_TYPES),
          body: picture,
          response: { 201: asset },
        },
      },
      async ({ body }, reply) => {
        const kept = await keepAsset(assetsDir(config.dataDir), checkPicture(body))
        return reply.code(201).send({ ...kept, url: assetUrl(kept.src, publicUrl) })
      },
    )
  }
}

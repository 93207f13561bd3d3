import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const SHARED = /^(?:react|react-dom|react-email|@react-email\/[a-z-]+|pressroom\/emails)(?:\/|$)/

/** What React Email compiles templates with: the packages that Pressroom gives them, wherever they lie. */
export default [
  {
    name: 'pressroom',
    setup(build) {
      const asked = Symbol('asked')
      build.onResolve({ filter: SHARED }, ({ path, kind, pluginData }) => {
        if (pluginData === asked) return undefined
        if (path === 'pressroom/emails') return { path: join(ROOT, 'emails', 'index.ts') }
        const name = /^(?:react-email|@react-email\/(?!render$)[a-z-]+)$/.test(path) ? '@react-email/components' : path
        return build.resolve(name, { kind, resolveDir: ROOT, pluginData: asked })
      })
    },
  },
]

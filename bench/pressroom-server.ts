import { openApp } from '../src/app.ts'
import type { Config } from '../src/config/config.ts'
import { createKey, SCOPES } from '../src/http/keys.ts'
import { startServer } from '../src/http/server.ts'
import { answerParent } from './child.ts'

export type ServerAnswers = { readonly url: string; readonly key: string; readonly peakBytes: number }

// A server as `pressroom api` starts it, in a process of its own, that tells what it took.

const config: Config = JSON.parse(process.env.BENCH_CONFIG ?? '')
const app = await openApp(config)
const server = await startServer(app, { port: 0 })

answerParent<ServerAnswers>(
  {
    url: () => server.url,
    key: async () => (await createKey(app.store.keys, { name: 'benchmark', scopes: SCOPES })).key,
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  },
  async () => {
    await server.close()
    await app.close()
  },
)

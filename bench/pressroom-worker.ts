import { openApp } from '../src/app.ts'
import type { Config } from '../src/config/config.ts'
import { startWorker } from '../worker/main.ts'
import { answerParent } from './child.ts'

export type WorkerAnswers = { readonly ready: null; readonly cpuMicros: number; readonly peakBytes: number }

// A worker as `pressroom worker` starts it, in a process of its own, that tells what it took.

const config: Config = JSON.parse(process.env.BENCH_CONFIG ?? '')
const maxRecipients = Number(process.env.BENCH_MAX_RECIPIENTS || Number.POSITIVE_INFINITY)
const opened = await openApp(config)
const { provider } = opened
const limits = { ...provider.limits, maxRecipients: Math.min(provider.limits.maxRecipients, maxRecipients) }
const app = { ...opened, provider: { ...provider, limits } }
const worker = await startWorker(app)

answerParent<WorkerAnswers>(
  {
    ready: () => null,
    cpuMicros: () => {
      const { user, system } = process.cpuUsage()
      return user + system
    },
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  },
  async () => {
    await worker.stop()
    await app.close()
  },
)

import { openApp } from '../src/app.ts'
import type { Config } from '../src/config/config.ts'
import { startWorker } from '../worker/main.ts'
import { answerParent } from './child.ts'

export type WorkerAnswers = { readonly ready: null; readonly cpuMicros: number }

// A worker as `pressroom worker` starts it, in a process of its own, that tells what processor time it took.

const config: Config = JSON.parse(process.env.BENCH_CONFIG ?? '')
const app = await openApp(config)
const worker = await startWorker(app)

answerParent<WorkerAnswers>(
  {
    ready: () => null,
    cpuMicros: () => {
      const { user, system } = process.cpuUsage()
      return user + system
    },
  },
  async () => {
    await worker.stop()
    await app.close()
  },
)

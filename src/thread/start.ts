import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/** More than a megabyte of anything sensible takes; a thread that needs more is ended, and not the process with it. */
const MAX_HEAP_MB = 768

/**
 * Starts a thread that runs the module `name` (without extension) which lies beside the module at `beside`: as
 * TypeScript in a checkout, as JavaScript when built.
 */
export function startThread(name: string, beside: string): Worker {
  const extension = extname(fileURLToPath(beside))
  const module = new URL(`${name}${extension}`, beside)
  const start = extension === '.ts' ? new URL('typescript.mjs', import.meta.url) : module
  return new Worker(start, {
    workerData: { module: module.href },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
}

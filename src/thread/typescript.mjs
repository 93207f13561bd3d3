// Runs a module that is TypeScript in this thread: a thread does not inherit how its process reads TypeScript.
import { workerData } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
await import(workerData.module)

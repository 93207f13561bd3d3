// What the thread of thread.test.ts runs; written without `serveThread`, to hold both sides to what they say.
import { parentPort } from 'node:worker_threads'

const works = {
  double: ({ value }) => value * 2,
  throws: () => {
    throw new TypeError('no such tide')
  },
  loops: () => {
    for (let i = 0; ; i = (i * 7 + 1) % 1000);
  },
  matches: () => /^(a+)+$/.test(`${'a'.repeat(60)}b`),
  waits: () => new Promise(() => {}),
  leaves: () => process.exit(0),
  hoards: () => {
    const hoard = []
    for (;;) hoard.push(new Array(100_000).fill(hoard.length))
  },
}

parentPort.on('message', async (request) => {
  try {
    parentPort.postMessage({ kind: 'answer', answer: await works[request.work](request) })
  } catch ({ name, message, stack }) {
    parentPort.postMessage({ kind: 'error', name, message, stack })
  }
})
parentPort.postMessage({ kind: 'ready' })

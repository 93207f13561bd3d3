import { Session } from 'node:inspector'
import type { Worker } from 'node:worker_threads'

/** How long a thread may take to stop where it is; one that waits for something does not stop at all. */
const PAUSE_MS = 1_000

/**
 * Ends a thread that works on and on, and says where it was, in the form of an error's stack; undefined when it was
 * waiting rather than working. The debugger's protocol is the one way in Node to ask that of a busy thread.
 */
export async function stuckAt(worker: Worker): Promise<string | undefined> {
  const session = new Session()
  try {
    session.connect()
    return await pausedAt(session, `[worker ${worker.threadId}]`)
  } catch {
    // A debugger of the user's has the process: then it is not known.
    return undefined
  } finally {
    await worker.terminate()
    session.disconnect()
  }
}

type Frame = {
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number }
}

function pausedAt(session: Session, title: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), PAUSE_MS)
    const scripts = new Map<string, string>()
    let within = ''
    const tell = (id: number, method: string) => {
      session.post('NodeWorker.sendMessageToWorker', {
        sessionId: within,
        message: JSON.stringify({ id, method }),
      })
    }
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (!workerInfo.title.startsWith(title)) return
      within = sessionId
      tell(1, 'Debugger.enable')
      tell(2, 'Debugger.pause')
    })
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
      if (sessionId !== within) return
      const { method, params } = JSON.parse(message)
      if (method === 'Debugger.scriptParsed') scripts.set(params.scriptId, params.url)
      if (method !== 'Debugger.paused') return
      // A thread that stays paused could not be ended; one ended by the debugger takes the process with it.
      tell(3, 'Debugger.resume')
      clearTimeout(timer)
      resolve(stackOf(params.callFrames, scripts))
    })
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  })
}

function stackOf(frames: readonly Frame[], scripts: ReadonlyMap<string, string>): string {
  const lines = frames.map(({ functionName, location: { scriptId, lineNumber, columnNumber = 0 } }) => {
    const place = `${scripts.get(scriptId) ?? ''}:${lineNumber + 1}:${columnNumber + 1}`
    return functionName === '' ? `    at ${place}` : `    at ${functionName} (${place})`
  })
  return ['Stopped', ...lines].join('\n')
}

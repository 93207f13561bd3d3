import type { Clock } from '../clock.ts'
import type { Environment } from '../config/env.ts'

/** What the command line has around it; tests bring their own. */
export type Terminal = {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly stdin: AsyncIterable<Uint8Array | string>
  /** Somebody is watching stderr: lines may be drawn over. */
  readonly isInteractive: boolean
  readonly env: Environment
  readonly directory: string
  readonly clock: Clock
  /** Aborts when the command is asked to end. */
  readonly stopped: AbortSignal
}

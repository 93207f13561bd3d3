// A process that uses the embedded database: node --import tsx embedded-process.ts <data directory>. It prints one line
// when it is attached, and one when it has let go after a line on stdin. It ends with whoever started it.
import { once } from 'node:events'
import { systemClock } from '../../src/clock.ts'
import { createLogger } from '../../src/log.ts'
import { startEmbedded } from '../../src/store/embedded/embedded.ts'

process.stdin.on('end', () => process.exit(1))
const dataDir = process.argv[2] ?? ''
const server = await startEmbedded({ dataDir, log: createLogger('silent'), clock: systemClock })
console.log(server.url)
await once(process.stdin, 'data')
await server.stop()
console.log('stopped')
process.exit(0)

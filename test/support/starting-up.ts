import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** A way to a PostgreSQL that is still starting up, as far as anybody can tell from here, until it is told to be up. */
export type StartingUp = {
  readonly url: string
  /** Connections that were told to come later. */
  readonly turnedAway: number
  up(): void
  close(): Promise<void>
}

const FIELDS = ['SFATAL', 'VFATAL', 'C57P03', 'Mthe database system is starting up']
  .map((field) => `${field}\0`)
  .join('')

export async function openStartingUp(behind: string): Promise<StartingUp> {
  const target = new URL(behind)
  const folder = target.searchParams.get('host')
  const sockets = new Set<Socket>()
  let isUp = false
  let turnedAway = 0
  const server = createServer((outer) => {
    sockets.add(outer.on('error', () => undefined))
    if (!isUp) {
      turnedAway += 1
      outer.once('data', () => outer.end(errorResponse()))
      return
    }
    const port = Number(target.port || 5432)
    const inner = folder ? connect(join(folder, `.s.PGSQL.${port}`)) : connect(port, target.hostname)
    sockets.add(inner.on('error', () => outer.destroy()))
    outer.pipe(inner).pipe(outer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const user = target.username || target.searchParams.get('user') || ''
  const port = typeof bound === 'object' && bound ? bound.port : 0
  return {
    url: `postgresql://${user}${target.password ? `:${target.password}` : ''}@127.0.0.1:${port}${target.pathname}`,
    get turnedAway() {
      return turnedAway
    },
    up: () => {
      isUp = true
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

// https://www.postgresql.org/docs/current/protocol-message-formats.html, ErrorResponse.
function errorResponse(): Buffer {
  const fields = Buffer.from(`${FIELDS}\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

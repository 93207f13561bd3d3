import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A port in front of a server, at which connections can be cut or turned away. */
export type Gate = {
  readonly port: number
  /** Cuts every connection, in whatever it is doing; gives how many. */
  cut(): number
  /** Turns connections away until `up`, as if nobody listened. */
  down(): Promise<void>
  up(): Promise<void>
}

export async function openGate(behind: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  const server = createServer((outer) => {
    const inner = connect(behind, '127.0.0.1')
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => {})
      one.once('close', () => {
        sockets.delete(one)
        // One that came to its end has passed everything on, its end included.
        if (!one.readableEnded) other.destroy()
      })
      one.pipe(other)
    }
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = () => {
    const connections = Math.ceil(sockets.size / 2)
    for (const socket of sockets) socket.destroy()
    return connections
  }
  return {
    port,
    cut,
    down: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      cut()
      await closed
    },
    up: () => (server.listening ? Promise.resolve() : listen(port)),
  }
}

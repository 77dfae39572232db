import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface StallingProxy {
  /** The database behind it, through the proxy. */
  connectionString: string
  /** From now on nothing passes, in either direction, and nothing is closed: as on a network that has gone silent. */
  stall(): void
  /** Lets what has waited pass, and what comes. */
  flow(): void
  /** Connections that are open through it now. */
  connections(): number
  close(): void
}

/** A way to a database that can be made to stand still. */
export async function stallingProxy(connectionString: string): Promise<StallingProxy> {
  const target = new URL(connectionString)
  const sockets = new Set<Socket>()
  let stalled = false
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (stalled) socket.pause()
  }
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk) => to.write(chunk))
      from.on('close', () => to.destroy())
      keep(from)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(connectionString)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as AddressInfo).port)
  return {
    connectionString: through.href,
    stall() {
      stalled = true
      for (const socket of sockets) socket.pause()
    },
    flow() {
      stalled = false
      for (const socket of sockets) socket.resume()
    },
    connections: () => sockets.size / 2,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

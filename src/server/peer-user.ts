import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

const ROOT_USER = 0
/** Columns of /proc/net/tcp: https://docs.kernel.org/networking/proc_net_tcp.html */
const LOCAL = 1
const REMOTE = 2
const USER = 7
const INODE = 9

/**
 * Whether the program at the other end of a loopback connection runs as this process's user, or as root. True where the
 * system does not tell: only Linux does, in /proc/net/tcp.
 */
export function peerIsThisUser({ localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>): boolean {
  const own = process.getuid?.()
  if (process.platform !== 'linux' || own === undefined) return true
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readTable).filter((table) => table !== null)
  if (tables.length === 0) return true
  if (localPort === undefined || remotePort === undefined) return false
  const owners = tables.flatMap((table) => ownersOfConnection(table, remotePort, localPort))
  return owners.length > 0 && owners.every((user) => user === own || user === ROOT_USER)
}

/**
 * The ids of the users that own connections from port `from` to port `to`. Usually one; connections of several loopback
 * addresses may share both ports, and then all of them count. A socket without an inode belongs to nobody any more and is
 * listed as root's: it must not speak for another one.
 */
export function ownersOfConnection(table: string, from: number, to: number): number[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => portOf(columns[LOCAL]) === from && portOf(columns[REMOTE]) === to && columns[INODE] !== '0')
    .map((columns) => Number(columns[USER]))
}

/** Of `0100007F:0FA0`. */
function portOf(address: string | undefined): number | null {
  const port = address?.split(':')[1]
  return port === undefined ? null : Number.parseInt(port, 16)
}

function readTable(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

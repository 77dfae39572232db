import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Worked } from '../load/work-for-a-while.js'
import { startAsked } from '../setting/asked-process.js'
import type { AskedProcess } from '../setting/asked-process.js'
import type { PeerLoad, PeerName } from './peers.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
/** What the peers ask for at least: graphile-worker 22.18, pg-boss 22.12. */
const WANTED_NODE = [22, 18] as const

/** Installs these peers as their lock files say, once, and returns the path of a Node that is new enough for them. */
export async function installPeers(peers: readonly string[], tell: (line: string) => void): Promise<string> {
  for (const folder of [...peers, 'node']) {
    const cwd = join(HERE, folder)
    if (existsSync(join(cwd, 'node_modules'))) continue
    tell(`installing ${folder}, to be measured against`)
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd })
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > WANTED_NODE[0] || (major === WANTED_NODE[0] && minor >= WANTED_NODE[1])) return process.execPath
  const own = join(HERE, 'node', 'node_modules', `node-${platform()}-${arch()}`, 'bin', 'node')
  if (!existsSync(own))
    throw new Error(`The peers need Node ${WANTED_NODE.join('.')} or newer, and npm has none for this machine.`)
  return own
}

/** A peer in a process of its own, with its tables in this database. */
export async function startPeer(
  name: PeerName,
  node: string,
  databaseUrl: string,
): Promise<AskedProcess<PeerLoad, Worked>> {
  const peer = startAsked<PeerLoad | { does: 'open'; databaseUrl: string }, Worked>(join(HERE, name, 'jobs.js'), {
    node,
  })
  await peer.ask({ does: 'open', databaseUrl })
  return peer
}

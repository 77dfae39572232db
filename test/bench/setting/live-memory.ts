import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerProcess } from '../../support/spawned-server.js'
import { ADMIN_TOKEN } from './admin-token.js'

const SIGNAL = 'SIGUSR2'
/** A collection takes tens of milliseconds. */
const COLLECTED_MS = 1_000

/** For a server whose {@link liveBytes} are to be asked for: it collects its garbage when it is told to. */
export const COLLECTING = {
  NODE_OPTIONS: `--expose-gc --import data:text/javascript,process.on('${SIGNAL}',()=>{gc();gc()})`,
}

/** What a server's process holds in JavaScript's heap and buffers, without garbage, as its own metrics tell. */
export async function liveBytes({ child, url }: Pick<ServerProcess, 'child' | 'url'>): Promise<number> {
  child.kill(SIGNAL)
  await sleep(COLLECTED_MS)
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
  const text = await response.text()
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return metric('nodejs_heap_size_used_bytes') + metric('nodejs_external_memory_bytes')
}

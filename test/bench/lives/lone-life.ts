import { setTimeout as sleep } from 'node:timers/promises'
import { LeanDaemon } from '../load/daemon.js'
import type { Contestant } from '../rounds.js'
import { Owner, registerFleet } from '../setting/fleet.js'
import { median } from '../statistics.js'

export const LONE_LIFE = 'lives, lone'
const TIMES = 100
const WARM_UP = 20
const PAUSE_MS = 20

/** A daemon that waits, and a task that is put in: until the daemon has been told that it is complete. */
export async function loneLife(url: string): Promise<Contestant> {
  const fleet = await registerFleet(url, { name: 'lone', daemons: 1, agents: [1_000] })
  const [place] = fleet.daemons
  const [agentId] = fleet.agents
  if (place === undefined || agentId === undefined) throw new Error('Nobody is there to live a task.')
  const owner = new Owner(url)
  let round = 0
  return {
    name: LONE_LIFE,
    async measure() {
      round += 1
      const daemon = new LeanDaemon(url, place, 1)
      const milliseconds: number[] = []
      // Of the first round: the task that registering has put in.
      if (round === 1) await daemon.live()
      for (let n = 0; n < WARM_UP + TIMES; n++) {
        const lived = daemon.live()
        await sleep(PAUSE_MS * (0.5 + Math.random()))
        const from = performance.now()
        await Promise.all([owner.enqueue(agentId, `LONE-${round}-${n}`), lived])
        if (n >= WARM_UP) milliseconds.push(performance.now() - from)
      }
      daemon.close()
      return { p50: median(milliseconds) }
    },
  }
}

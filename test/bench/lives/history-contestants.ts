import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { installPeers } from '../peers/install.js'
import { HISTORY_PEERS } from '../peers/history-peers.js'
import type { HistoryAnswer, HistoryPeer, HistoryQuestion } from '../peers/history-peers.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import type { AskedProcess } from '../setting/asked-process.js'
import type { Setting } from '../setting/setting.js'
import { KEYS, costsOf } from './costs.js'
import type { Probe } from '../setting/probe.js'

const AT_ONCE = 64
/** Not counted: connections open, plans are made. */
const SETTLING_MS = 1_000
/** Started and stopped in this time as well: jobs are there for it. */
const SPARE_SECONDS = 2

export const parallelOf = ({ name }: HistoryPeer): string => `${name}, ${AT_ONCE} at once`
export const serializedOf = ({ name, keys }: HistoryPeer): string => `${name}, ${KEYS} ${keys ?? ''}`
export const loneOf = ({ name }: HistoryPeer): string => `${name}, lone`

/** Peers that keep history, each in a process of its own. Absurd takes part where ABSURD_SQL names its schema. */
export async function historyContestants(setting: Setting, seconds: number, probe: Probe): Promise<Contestant[]> {
  const contestants: Contestant[] = []
  for (const peer of HISTORY_PEERS) {
    if (![parallelOf(peer), serializedOf(peer), loneOf(peer)].some((name) => setting.isChosen(name))) continue
    if (peer.name === 'absurd' && !process.env['ABSURD_SQL']) {
      setting.tell(
        'absurd is left out: its schema comes with no package. ABSURD_SQL names the file, sql/absurd.sql of its source.',
      )
      continue
    }
    const node = await installPeers([peer.name], setting.tell)
    const file = fileURLToPath(new URL(`../peers/${peer.name}/jobs.js`, import.meta.url))
    const asked = startAsked<HistoryQuestion, HistoryAnswer>(file, { node })
    setting.atEnd(() => asked.stop())
    await asked.ask({ does: 'open', databaseUrl: await setting.database('empty') })
    contestants.push(...contestantsOf(peer, asked, seconds, probe).filter(({ name }) => setting.isChosen(name)))
  }
  return contestants
}

function contestantsOf(
  peer: HistoryPeer,
  asked: AskedProcess<HistoryQuestion, HistoryAnswer>,
  seconds: number,
  probe: Probe,
): Contestant[] {
  const jobs = Math.ceil(peer.atMost * (seconds + SPARE_SECONDS))
  const ended = async () => (await asked.ask({ does: 'ended' })).ended ?? NaN
  const working = (name: string, keys: number): Contestant => ({
    name,
    prepare: async () => void (await asked.ask({ does: 'fill', jobs, keys })),
    async measure() {
      await asked.ask({ does: 'start', atOnce: AT_ONCE })
      await sleep(SETTLING_MS)
      const [before, from, began] = [await ended(), await probe.moment(), performance.now()]
      await sleep(seconds * 1000)
      const [to, after, over] = [await probe.moment(), await ended(), performance.now()]
      await asked.ask({ does: 'stop' })
      if (peer.atMost > 0 && (await ended()) >= jobs) throw new Error(`${name} ran out of jobs before the end.`)
      const done = after - before
      const { cpu, wal } = await costsOf(probe, from, to, done)
      return { rate: (done / (over - began)) * 1000, cpu, ...(peer.name === 'restate' ? {} : { wal }) }
    },
  })
  return [
    working(parallelOf(peer), 0),
    ...(peer.keys === null ? [] : [working(serializedOf(peer), KEYS)]),
    {
      name: loneOf(peer),
      measure: async () => ({ p50: (await asked.ask({ does: 'lone', times: peer.loneTimes })).p50 ?? NaN }),
    },
  ]
}

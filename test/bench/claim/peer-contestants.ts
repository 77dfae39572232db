import type { Contestant } from '../rounds.js'
import { PEERS } from '../peers/peers.js'
import type { PeerLoad, PeerName } from '../peers/peers.js'
import { installPeers, startPeer } from '../peers/install.js'
import type { Setting } from '../setting/setting.js'

const SERIALIZED_KEYS = 128

/** Queues that hand out one job at a time and complete it, in their own processes on databases of their own. */
export async function peerContestants(setting: Setting, seconds: number): Promise<Contestant[]> {
  const variants = PEERS.flatMap((peer) => [
    ...[1, 16, 64].map((atOnce) => ({ peer, atOnce, keys: 0, name: `${peer.name}, ${peer.at(atOnce)}` })),
    { peer, atOnce: 16, keys: SERIALIZED_KEYS, name: `${peer.name}, ${SERIALIZED_KEYS} ${peer.keys}` },
  ]).filter(({ name }) => setting.isChosen(name))
  if (variants.length === 0) return []
  const names = [...new Set(variants.map(({ peer }) => peer.name))]
  const node = await installPeers(names, setting.tell)
  const started = new Map<PeerName, Awaited<ReturnType<typeof startPeer>>>()
  for (const name of names) {
    const peer = await startPeer(name, node, await setting.database('empty'))
    setting.atEnd(() => peer.stop())
    started.set(name, peer)
  }
  return variants.map(({ peer, name, ...variant }) => {
    const ask = (does: PeerLoad['does']) => {
      const process = started.get(peer.name)
      if (process === undefined) throw new Error(`${peer.name} is not running.`)
      return process.ask({ does, ...variant, jobs: Math.ceil(peer.atMost * (seconds + 0.7)), seconds })
    }
    return {
      name,
      prepare: async () => void (await ask('fill')),
      measure: async () => ({ ...(await ask('work')) }),
    }
  })
}

export type PeerName = 'graphile-worker' | 'pg-boss'

export interface Peer {
  name: PeerName
  /** What it is called that so many work at once. */
  at: (atOnce: number) => string
  /** What it calls keys whose jobs run one after the other. */
  keys: string
  /** More jobs than it can do in a second, whatever the machine. */
  atMost: number
}

export const PEERS: readonly Peer[] = [
  {
    name: 'graphile-worker',
    at: (atOnce) => (atOnce === 1 ? '1 job at once' : `${atOnce} jobs at once`),
    keys: 'named queues',
    atMost: 8_000,
  },
  { name: 'pg-boss', at: (atOnce) => (atOnce === 1 ? '1 loop' : `${atOnce} loops`), keys: 'groups', atMost: 4_000 },
]

/** What the file jobs.js of each peer is asked. */
export interface PeerLoad {
  does: 'fill' | 'work'
  /** Jobs, or fetching loops, at the same time. */
  atOnce: number
  /** 0: no job waits for another; else the jobs are spread over so many keys, and of a key one runs at a time. */
  keys: number
  jobs: number
  seconds: number
}

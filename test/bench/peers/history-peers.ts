export type HistoryPeerName = 'dbos' | 'absurd' | 'openworkflow' | 'restate'

/** A peer that keeps what has become of each job. */
export interface HistoryPeer {
  name: HistoryPeerName
  /** More jobs than it can do in a second, whatever the machine; 0: its callers put jobs in as they go. */
  atMost: number
  /** What it calls keys whose jobs run one after the other; null: it has none. */
  keys: string | null
  /** Of the measurement of lone jobs: some poll for up to a second. */
  loneTimes: number
}

export const HISTORY_PEERS: readonly HistoryPeer[] = [
  { name: 'dbos', atMost: 6_000, keys: 'partitions', loneTimes: 50 },
  { name: 'absurd', atMost: 4_000, keys: 'queues', loneTimes: 20 },
  { name: 'openworkflow', atMost: 4_000, keys: null, loneTimes: 20 },
  { name: 'restate', atMost: 0, keys: 'virtual objects', loneTimes: 100 },
]

/** What the file jobs.js of each of them is asked. */
export type HistoryQuestion =
  | { does: 'open'; databaseUrl: string }
  | { does: 'fill'; jobs: number; keys: number }
  | { does: 'start'; atOnce: number }
  | { does: 'ended' | 'stop' }
  | { does: 'lone'; times: number }

export interface HistoryAnswer {
  /** Jobs that have ended so far. */
  ended?: number
  p50?: number
}

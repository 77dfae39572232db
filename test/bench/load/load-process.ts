import { answerQuestions } from '../setting/asked-process.js'
import { LeanDaemon } from './daemon.js'
import type { DaemonPlace } from './daemon.js'
import type { Worked } from './work-for-a-while.js'
import { workForAWhile, workSoOften } from './work-for-a-while.js'

/** Daemons to be played against a server. */
export interface Load {
  url: string
  /** One daemon, with one connection, each. */
  daemons: readonly DaemonPlace[]
  /** How long; or else how often each daemon does it. */
  seconds: number
  times?: number
  /** Each daemon begins a claim or life in so many milliseconds; left out: one after the other. */
  everyMs?: number
  /** `claims` only takes tasks, up to `max` with one call; `lives` takes one and brings it to its end. */
  does: 'claims' | 'lives' | 'livesInThreeCalls'
  max: number
}

answerQuestions<Load, Worked>(async ({ url, daemons: places, seconds, times, everyMs, does, max }) => {
  const daemons = places.map((place) => new LeanDaemon(url, place, max))
  try {
    const work = (daemon: LeanDaemon) =>
      does === 'claims' ? daemon.claim() : daemon.live(does === 'livesInThreeCalls')
    return await (times === undefined
      ? workForAWhile(daemons, seconds, work, everyMs)
      : workSoOften(daemons, times, work))
  } finally {
    for (const daemon of daemons) daemon.close()
  }
})

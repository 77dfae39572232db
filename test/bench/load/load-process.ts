import { answerQuestions } from '../setting/asked-process.js'
import { LeanDaemon } from './daemon.js'
import type { DaemonPlace } from './daemon.js'
import type { Worked } from './work-for-a-while.js'
import { workForAWhile } from './work-for-a-while.js'

/** Daemons to be played against a server. */
export interface Load {
  url: string
  /** One daemon, with one connection, each. */
  daemons: readonly DaemonPlace[]
  seconds: number
  /** `claims` only takes tasks, up to `max` with one call; `lives` takes one and brings it to its end. */
  does: 'claims' | 'lives'
  max: number
}

answerQuestions<Load, Worked>(async ({ url, daemons: places, seconds, does, max }) => {
  const daemons = places.map((place) => new LeanDaemon(url, place, max))
  try {
    return await workForAWhile(daemons, seconds, (daemon) => (does === 'lives' ? daemon.live() : daemon.claim()))
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.close()))
  }
})

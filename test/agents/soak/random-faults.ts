import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from '../../faults/fuzz/dice.js'
import { kill } from '../processes.js'
import type { SoakWorld } from './soak-world.js'

/** What was done to the whole world, when, and which failures of the turns of that time it may be the reason of. */
export interface Blow {
  name: string
  from: number
  until: number
  reasons: readonly string[]
}

interface Kind {
  name: string
  reasons: readonly string[]
  /** Resolves when it is over. */
  strike: (world: SoakWorld, dice: Dice) => Promise<void>
}

/** A stopped daemon waits for its turns as long as its grace lasts, and what it could not report is recovered. */
const OF_A_RESTART = ['runtime_offline', 'runtime_recovery']

const KINDS: readonly Kind[] = [
  {
    name: 'kill -9 of a CLI',
    reasons: ['agent_killed'],
    strike: async ({ machines }, dice) => {
      const running = machines.flatMap((machine) => machine.runningClis())
      if (running.length > 0) kill(dice.of(running).pid)
    },
  },
  {
    name: 'kill -9 of a daemon',
    reasons: ['runtime_recovery'],
    strike: async ({ machines }, dice) => {
      const machine = dice.of(machines)
      await machine.stop('SIGKILL')
      await sleep(dice.below(3000))
      await machine.start()
    },
  },
  {
    name: 'restart of a daemon',
    reasons: OF_A_RESTART,
    strike: async ({ machines }, dice) => {
      const machine = dice.of(machines)
      await machine.stop('SIGTERM')
      await machine.start()
    },
  },
  { name: 'kill -9 of the server', reasons: [], strike: (world) => world.killServer() },
  {
    name: 'broken connections to the model',
    reasons: ['provider_network'],
    strike: async ({ model }, dice) => {
      model.outage = 'dropped'
      await sleep(2000 + dice.below(6000))
      model.outage = null
    },
  },
  {
    name: 'loss of all transcripts of a CLI',
    reasons: OF_A_RESTART,
    strike: async ({ machines, clis }, dice) => {
      const machine = dice.of(machines)
      await machine.stop('SIGTERM')
      machine.loseTranscripts(dice.of(clis))
      await machine.start()
    },
  },
]

/** Strikes at random until the signal fires; returns the log of it. */
export async function strikeAtRandom(
  world: SoakWorld,
  dice: Dice,
  { pauseMs, signal }: { pauseMs: number; signal: AbortSignal },
): Promise<Blow[]> {
  const blows: Blow[] = []
  while (!signal.aborted) {
    await sleep(dice.below(2 * pauseMs), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    const { name, reasons, strike } = dice.of(KINDS)
    const blow = { name, reasons, from: Date.now(), until: Infinity }
    blows.push(blow)
    await strike(world, dice)
    blow.until = Date.now()
  }
  return blows
}

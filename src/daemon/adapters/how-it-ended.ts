import { constants } from 'node:os'
import type { TurnFailure } from './adapter.js'
import type { Exit } from './child-process.js'
import { lastWords } from './provider-words.js'

/** A shell or another wrapper reports a signal as status 128 plus its number. */
const BY_STATUS = 128
const KILLING = ['SIGHUP', 'SIGINT', 'SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM'] as const

/**
 * The failure that a program's exit shows by itself: it did not start, or a signal killed it. Else null: its output
 * decides.
 */
export function failureOfExit(name: string, exit: Exit): TurnFailure | null {
  if (exit.problem !== null) return { failureReason: 'agent_error', error: exit.problem }
  const signal = exit.toldToEnd ? null : killedBy(exit)
  if (signal === null) return null
  const cause = signal === 'SIGKILL' ? ' Often the machine was out of memory.' : ''
  const error = `${name} was killed by ${signal}.${cause}`
  return { failureReason: 'agent_killed', error, words: lastWords(exit.stderr) }
}

/** The failure of a program that reported no result. Its stderr may be about anything. */
export function endedWithoutResult(name: string, { toldToEnd, code, stderr }: Exit): TurnFailure {
  const status = code === null || code === 0 ? '' : ` with status ${code}`
  const error = toldToEnd ? `${name} was stopped before it had a result.` : `${name} ended${status} without a result.`
  return { failureReason: 'agent_error', error, words: lastWords(stderr) }
}

function killedBy({ signal, code }: Exit): string | null {
  if (signal !== null) return signal
  return KILLING.find((name) => code === BY_STATUS + constants.signals[name]) ?? null
}

import { constants } from 'node:os'
import type { Exit } from './child-process.js'

/** A shell, or another program in between, tells of a signal by a status of 128 and its number. */
const BY_STATUS = 128
const KILLING = ['SIGHUP', 'SIGINT', 'SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM'] as const

/**
 * What the way a program ended says by itself, before anything that it wrote: it did not run, or something killed it.
 * null: ask what it wrote.
 */
export function failureOfExit(name: string, exit: Exit): { failureReason: string; error: string } | null {
  if (exit.problem !== null) return { failureReason: 'agent_error', error: exit.problem }
  const signal = exit.told ? null : killedBy(exit)
  if (signal === null) return null
  const cause = signal === 'SIGKILL' ? ' Often the machine was out of memory.' : ''
  const error = [`${name} was killed by ${signal}.${cause}`, exit.stderr.trim()].filter((part) => part !== '')
  return { failureReason: 'agent_killed', error: error.join('\n') }
}

/** The one sentence for a program that wrote nothing of use. */
export function endedWithoutResult(name: string, { told, code }: Exit): string {
  if (told) return `${name} was stopped before it had a result.`
  return `${name} ended${code === null || code === 0 ? '' : ` with status ${code}`} without a result.`
}

function killedBy({ signal, code }: Exit): string | null {
  if (signal !== null) return signal
  return KILLING.find((name) => code === BY_STATUS + constants.signals[name]) ?? null
}

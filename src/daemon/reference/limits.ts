import { isRecord } from '../adapters/child-process.js'
import type { Limits } from '../adapters/turn-limits.js'

/** The limits of this daemon's options, in seconds; null if an option is not given. */
export interface OperatorLimits {
  idleSeconds: number | null
  totalSeconds: number | null
}

/** A silent build is a running tool call and so not idle. An hour without output or a tool call is a hang. */
const IDLE_SECONDS = 3600
const TOTAL_SECONDS = 6 * 3600
const MOST_SECONDS = 7 * 86_400

/**
 * The limits of one turn. An agent's config may set its own, `limits { idleSeconds totalSeconds }`: up to the
 * operator's limit if there is one, else up to a week.
 */
export function limitsOf(operator: OperatorLimits, config: unknown): Limits {
  const asked = isRecord(config) && isRecord(config.limits) ? config.limits : {}
  return {
    idleMs: 1000 * seconds(asked.idleSeconds, operator.idleSeconds, IDLE_SECONDS),
    totalMs: 1000 * seconds(asked.totalSeconds, operator.totalSeconds, TOTAL_SECONDS),
  }
}

function seconds(asked: unknown, operator: number | null, fallback: number): number {
  const own = typeof asked === 'number' && asked > 0 ? asked : (operator ?? fallback)
  return Math.min(own, operator ?? MOST_SECONDS)
}

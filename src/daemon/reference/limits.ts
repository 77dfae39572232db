import { isRecord } from '../adapters/child-process.js'
import type { Limits } from '../adapters/turn-limits.js'

/** What the operator of this daemon has set, in seconds; null: nothing. */
export interface OperatorLimits {
  idleSeconds: number | null
  totalSeconds: number | null
}

/** A build that prints nothing is a running tool call, which is no idleness: an hour without either is a hang. */
const IDLE_SECONDS = 3600
const TOTAL_SECONDS = 6 * 3600
const MOST_SECONDS = 7 * 86_400

/**
 * The limits of one turn. An agent's config may name its own, `limits { idleSeconds totalSeconds }`: up to the operator's
 * where there is one, else up to a week.
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

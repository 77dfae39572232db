import type { Asker } from '../../src/use-cases/waiting-claims/asker.js'
import { leaverBy } from '../../src/wake-ups/leaver.js'

/** Somebody who hangs up when the signal fires. */
export function askerWith(signal: AbortSignal): Asker {
  return {
    get isGone() {
      return signal.aborted
    },
    ...leaverBy(signal),
  }
}

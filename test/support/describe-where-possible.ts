import { describe } from 'vitest'

/**
 * Tests that need something a machine may not have. Where `obstacle` says what is missing they are skipped, and their
 * name says why; with CI=true that is a failure instead.
 */
export function describeWherePossible(obstacle: string | null, name: string, tests: () => void): void {
  if (obstacle !== null && process.env['CI'] === 'true') throw new Error(obstacle)
  const title = obstacle === null ? name : `${name} (skipped: ${obstacle})`
  describe.skipIf(obstacle !== null)(title, tests)
}

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** FAULTS=short: in a minute and a half, for CI. The long haul of replicas.test.ts is left to its own command then. */
const isShort = process.env['FAULTS'] === 'short'

/** Faults made on purpose, for minutes: not part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // The build that Node itself takes, as in vitest.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/faults/**/*.test.ts'],
    exclude: isShort ? ['test/faults/replicas.test.ts'] : [],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 300_000,
    allowOnly: false,
    expect: { requireAssertions: true },
  },
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** FAULTS=short takes a minute and a half, for CI, and leaves out replicas.test.ts, which has its own command. */
const isShort = process.env['FAULTS'] === 'short'

/** Fault injection for minutes; not part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Node's own build of graphql, as in vitest.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/faults/**/*.test.ts'],
    exclude: isShort ? ['test/faults/replicas.test.ts'] : [],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 300_000,
    allowOnly: false,
    expect: { requireAssertions: true },
  },
})

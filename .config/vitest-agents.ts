import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Real agent CLIs from the registry, against a model on loopback: not part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // The build that Node itself takes, as in vitest.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/agents/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/agents/install-clis.ts'],
    pool: 'forks',
    // Each worker runs several situations at once, and most of them wait.
    maxWorkers: 2,
    maxConcurrency: 3,
    // For what hangs.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    allowOnly: false,
    expect: { requireAssertions: true },
  },
})

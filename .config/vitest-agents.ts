import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { TableReporter } from '../test/agents/report/table-reporter.js'

const SOAK = 'test/agents/soak/*.test.ts'
const isShort = process.env['AGENTS'] === 'short'

/**
 * Tests real agent CLIs from the registry against a model on loopback; not part of `npm test`. `--mode report` writes
 * docs/agents-tested.md. `--mode soak` injects random faults for a quarter of an hour. AGENTS=short runs a part of both,
 * for CI.
 */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Node's own build of graphql, as in vitest.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: mode === 'soak' ? [SOAK] : isShort ? ['test/agents/*.test.ts', SOAK] : ['test/agents/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/agents/install-clis.ts'],
    ...(mode === 'report' && { reporters: ['default', new TableReporter()] }),
    setupFiles: ['test/support/setup.ts'],
    pool: 'forks',
    // Each worker runs several situations at once, and most of them wait.
    maxWorkers: 2,
    maxConcurrency: 3,
    // Generous limits: they only catch tests that hang.
    testTimeout: 360_000,
    hookTimeout: 360_000,
    allowOnly: false,
    expect: { requireAssertions: true },
  },
}))

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // The build that Node itself takes. Vite would take another one, and the two do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/faults/**', 'test/dashboard/**', 'test/agents/**'],
    globalSetup: ['test/support/global-setup.ts'],
    // Processes, not threads: PGlite and the tests of signals and exit codes each want one of their own.
    pool: 'forks',
    // Vitest would leave one core to itself; with two cores that is half the speed.
    maxWorkers: '100%',
    // Generous: they are there for what hangs. The first hook of a run may wait for the templates to be made.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    allowOnly: false,
    // A test that checks nothing cannot fail.
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
  },
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Node's own build of graphql. Vite would choose another, and the two do not recognise each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/faults/**', 'test/dashboard/**', 'test/agents/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Processes, not threads: PGlite and the tests of signals and exit codes each need their own.
    pool: 'forks',
    // Vitest would reserve one core for itself, which with two cores is half the speed.
    maxWorkers: '100%',
    // Generous limits: they only catch tests that hang. On a busy machine a server takes its time to start.
    testTimeout: 360_000,
    hookTimeout: 360_000,
    teardownTimeout: 30_000,
    allowOnly: false,
    // A test that checks nothing cannot fail.
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
  },
})

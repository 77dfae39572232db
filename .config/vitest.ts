import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Files that replace modules, or forget them. The others share theirs, which spares each the loading of the server. */
const OWN_MODULES = [
  'test/database/database-clock.test.ts',
  'test/use-cases/evolution/start-up.test.ts',
  'test/use-cases/evolution/two-folds.test.ts',
]
const OTHER_COMMANDS = ['test/bench/**', 'test/faults/**', 'test/dashboard/**', 'test/agents/**']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Node's own build of graphql. Vite would choose another, and the two do not recognise each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...OTHER_COMMANDS, ...OWN_MODULES],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own', include: OWN_MODULES } },
    ],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Processes, not threads: PGlite and the tests of signals and exit codes each need their own.
    pool: 'forks',
    // Many tests wait for processes and timers: with as many workers as cores, a third of the machine idles.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
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

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

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What both kinds of files have. The global setup is the root's alone: a project that inherits it would run it again. */
function project(name: string, test: { include: string[]; exclude?: string[]; isolate: boolean }) {
  return {
    root: ROOT,
    // Node's own build of graphql. Vite would choose another, and the two do not recognise each other's types.
    resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
    test: {
      name,
      ...test,
      setupFiles: ['test/support/setup.ts'],
      // Processes, not threads: PGlite and the tests of signals and exit codes each need their own.
      pool: 'forks' as const,
      // Generous limits: they only catch tests that hang. On a busy machine a server takes its time to start.
      testTimeout: 360_000,
      hookTimeout: 360_000,
      allowOnly: false,
      // A test that checks nothing cannot fail.
      expect: { requireAssertions: true },
      restoreMocks: true,
      unstubEnvs: true,
    },
  }
}

export default defineConfig({
  root: ROOT,
  test: {
    projects: [
      project('shared', {
        include: ['test/**/*.test.ts'],
        exclude: [...OTHER_COMMANDS, ...OWN_MODULES],
        isolate: false,
      }),
      project('own', { include: OWN_MODULES, isolate: true }),
    ],
    globalSetup: ['test/support/global-setup.ts'],
    // Many tests wait for processes and timers: with as many workers as cores, a third of the machine idles.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    teardownTimeout: 30_000,
  },
})

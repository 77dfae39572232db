import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The dashboard's tests in a browser, against the built page. `--mode pictures` takes the README's pictures instead. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Node's own build of graphql, as in vitest.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: mode === 'pictures' ? ['test/dashboard/take-pictures.ts'] : ['test/dashboard/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Generous limits: they only catch tests that hang.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    allowOnly: false,
    // A test that checks nothing cannot fail.
    expect: { requireAssertions: true, poll: { timeout: 15_000 } },
  },
}))

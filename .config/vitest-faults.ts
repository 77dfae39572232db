import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Faults made on purpose, for minutes: not part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 300_000,
    allowOnly: false,
    expect: { requireAssertions: true },
  },
})

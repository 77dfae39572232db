import { afterAll, vi } from 'vitest'
import { endOfFile } from './end-of-file.js'

// Vitest runs this anew before each test file. Hooks run in reverse order, so this one is the file's last.
afterAll(async () => {
  // Vitest restores the environment before each test, but not before the next file.
  vi.unstubAllEnvs()
  await endOfFile()
})

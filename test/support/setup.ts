import { afterAll } from 'vitest'
import { endOfFile } from './end-of-file.js'

// Vitest runs this anew before each test file. Hooks run in reverse order, so this one is the file's last.
afterAll(endOfFile)

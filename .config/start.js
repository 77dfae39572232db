import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Builds, then becomes the server. One command and one process: a shell between npm and the server would keep the
 * signals for itself, and npm leaves out prestart scripts (.npmrc). The build has a process of its own, so that its
 * compiler does not stay in the server's memory.
 */
const build = fileURLToPath(new URL('build.js', import.meta.url))
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
await import('../dist/server/main.js')

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Builds, then becomes the server. One command and one process, because npm leaves out prestart scripts (.npmrc), and
 * because npm sends signals to the shell that it runs the command in: that one would die of them and leave the server
 * behind, which is why the command in package.json begins with `exec`. The build has a process of its own, so that its
 * compiler does not stay in the server's memory.
 *
 * The command also gives V8 room for young objects (64 MB in place of 16): under 64 daemons a third of the server's time went
 * to collecting those of requests that were still under way.
 */
const build = fileURLToPath(new URL('build.js', import.meta.url))
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
await import('../dist/cli/baton.js')

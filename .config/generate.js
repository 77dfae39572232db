import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { unlessDone } from './stamp.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Generates the Prisma client from prisma/schema.prisma. It takes seconds, so it is skipped when it is up to date. */
export function generateIfStale() {
  const made = 'src/generated/prisma/client.ts'
  const stamp = 'src/generated/prisma/made-of.sha256'
  const inputs = ['prisma/schema.prisma', '.config/prisma.ts', 'node_modules/prisma/package.json']
  return unlessDone({ stamp, made, inputs }, generate)
}

function generate() {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/prisma/build/index.js', 'generate', '--config', '.config/prisma.ts'],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // Generating does not run the engine, but Prisma looks for one and would download it. Any existing program will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
        // Keeps Prisma from asking its servers for a newer version.
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  )
  if (status !== 0) {
    console.error(stdout + stderr)
    process.exit(status ?? 1)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateIfStale()

import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/**
 * The hash of the inputs of src/generated/prisma. File times are unsuitable, because a checkout and `npm ci` change them.
 */
const STAMP = `${root}src/generated/prisma/made-of.sha256`
const INPUTS = ['prisma/schema.prisma', '.config/prisma.ts', 'node_modules/prisma/package.json']

/** Generates the Prisma client from prisma/schema.prisma. It takes seconds, so it is skipped when it is up to date. */
export function generateIfStale() {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashOfInputs()) return
  generate()
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
  writeFileSync(STAMP, hashOfInputs())
}

function hashOfInputs() {
  const hash = createHash('sha256')
  for (const input of INPUTS) hash.update(`${input}\0`).update(readFileSync(root + input))
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateIfStale()

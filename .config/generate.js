import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Of what src/generated/prisma was made. File times will not do: a checkout and `npm ci` set them anew. */
const STAMP = `${root}src/generated/prisma/made-of.sha256`
const INPUTS = ['prisma/schema.prisma', '.config/prisma.ts', 'node_modules/prisma/package.json']

/** Makes the Prisma client of prisma/schema.prisma. It takes seconds, so not when it is there already. */
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
        // Generating uses no engine, but looks for one and would download it: any program that exists will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
        // No question to Prisma's servers whether there is a newer version.
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

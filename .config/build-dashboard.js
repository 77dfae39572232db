import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'dist/dashboard')
/** The hash of the build's inputs, as in generate.js. */
const STAMP = join(root, 'dist/dashboard.sha256')
const INPUTS = ['src/dashboard', '.config/vite.ts', '.config/build-dashboard.js', 'package-lock.json']
const NOT_OF_THE_PAGE = join(root, 'src/dashboard/pictures/')
const WORTH_PACKING = /\.(?:html|js|css|svg)$/

/**
 * Builds src/dashboard to dist/dashboard, with each text also compressed. The build takes seconds, so it is skipped when it
 * is up to date. It is made in another folder and then moved into place file by file, index.html last, so that it disturbs
 * neither a running server nor a second build.
 */
export async function buildDashboardIfStale() {
  const hash = hashOfInputs()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash && existsSync(join(page, 'index.html'))) return
  const unfinished = join(root, `node_modules/.cache/dashboard.${process.pid}`)
  // Vite reads NODE_ENV, and a test process sets another value: the page would get React's development build.
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    const { build } = await import('vite')
    await build({
      configFile: join(root, '.config/vite.ts'),
      logLevel: 'warn',
      build: { outDir: unfinished, emptyOutDir: true },
    })
    for (const file of filesIn(unfinished)) {
      if (WORTH_PACKING.test(file)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }))
    }
    putInPlace(unfinished)
    writeFileSync(STAMP, hash)
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
    rmSync(unfinished, { recursive: true, force: true })
  }
}

function putInPlace(unfinished) {
  const isIndex = (file) => /\/index\.html(?:\.gz)?$/.test(file)
  const made = filesIn(unfinished).sort((one, other) => Number(isIndex(one)) - Number(isIndex(other)))
  const wanted = new Set()
  for (const file of made) {
    const target = join(page, relative(unfinished, file))
    mkdirSync(dirname(target), { recursive: true })
    renameSync(file, target)
    wanted.add(target)
  }
  for (const file of filesIn(page)) if (!wanted.has(file)) rmSync(file, { force: true })
}

function hashOfInputs() {
  const hash = createHash('sha256')
  const files = INPUTS.flatMap((input) => (/\.\w+$/.test(input) ? [join(root, input)] : filesIn(join(root, input))))
  for (const file of files) {
    if (!file.startsWith(NOT_OF_THE_PAGE)) hash.update(`${relative(root, file)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDashboardIfStale()

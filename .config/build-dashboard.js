import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { filesIn, unlessDone } from './stamp.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'dist/dashboard')
const WORTH_PACKING = /\.(?:html|js|css|svg)$/

/** Builds the dashboard unless it is up to date, because a build takes seconds. */
export function buildDashboardIfStale() {
  const inputs = ['src/dashboard', '.config/vite.ts', '.config/build-dashboard.js', 'package-lock.json']
  const ignored = (path) => path.startsWith('src/dashboard/pictures/')
  return unlessDone({ stamp: 'dist/dashboard.sha256', made: 'dist/dashboard/index.html', inputs, ignored }, build)
}

/**
 * Builds src/dashboard to dist/dashboard, with each text also compressed. It is made in another folder and then moved into
 * place file by file, index.html last, so that it disturbs neither a running server nor a second build.
 */
async function build() {
  const unfinished = join(root, `node_modules/.cache/dashboard.${process.pid}`)
  // Vite reads NODE_ENV, and a test process sets another value: the page would get React's development build.
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    const vite = await import('vite')
    await vite.build({
      configFile: join(root, '.config/vite.ts'),
      logLevel: 'warn',
      build: { outDir: unfinished, emptyOutDir: true },
    })
    for (const file of filesIn(unfinished)) {
      if (WORTH_PACKING.test(file)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }))
    }
    putInPlace(unfinished)
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

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDashboardIfStale()

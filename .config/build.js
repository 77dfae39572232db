import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDashboardIfStale } from './build-dashboard.js'
import { bundle } from './bundle.js'
import { generateIfStale } from './generate.js'
import { filesIn, unlessDone } from './stamp.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')
const dist = join(root, 'dist')

const PROGRAMS = {
  'cli/baton': 'src/cli/baton.ts',
  'cli/print-schema': 'src/cli/print-schema.ts',
  'daemon/reference/main': 'src/daemon/reference/main.ts',
  'chunks/agent-cli': 'src/demo/agent-cli.ts',
}
/** Built by build-dashboard.js and pack.js. */
const NOT_HERE = ['dashboard', 'packages']
const ONE_DAY_MS = 86_400_000

/**
 * Bundles the programs of src/ to dist/, and copies src/**.sql. A file is replaced whole, and only if it has changed, so neither
 * a running server nor a second build is disturbed.
 */
async function buildServer(before) {
  const entryPoints = Object.fromEntries(Object.entries(PROGRAMS).map(([to, from]) => [to, join(root, from)]))
  const { outputFiles } = await bundle({ entryPoints, outdir: dist, write: false })
  const routines = filesIn(src).filter((file) => file.endsWith('.sql'))
  const copies = routines.map((file) => ({ path: join(dist, relative(src, file)), contents: readFileSync(file) }))
  // What others import comes first, so that a program that starts meanwhile finds it.
  const isProgram = ({ path }) => relative(dist, path).replace(/\.js$/, '') in PROGRAMS
  const isShared = ({ path }) => relative(dist, path).startsWith('chunks/chunk-')
  const rank = (file) => (isShared(file) ? 0 : isProgram(file) ? 2 : 1)
  const files = [...copies, ...outputFiles].sort((a, b) => rank(a) - rank(b))
  for (const { path, contents } of files) replace(path, contents)
  removeOldBut(new Set(files.map(({ path }) => path)), new Set(before.map((path) => join(root, path))))
  return files.map(({ path }) => relative(root, path))
}

function replace(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, file)
}

/** Removes what the last build did not write, a day after its successor: a server that runs may have a chunk still to load. */
function removeOldBut(wanted, lastBuilt) {
  for (const file of filesIn(dist)) {
    const other = NOT_HERE.some((folder) => relative(dist, file).startsWith(join(folder, '/')))
    if (other || wanted.has(file) || !/\.(js|sql)$/.test(file)) continue
    if (lastBuilt.has(file)) utimesSync(file, new Date(), new Date())
    else if (Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > ONE_DAY_MS)
      rmSync(file, { force: true })
  }
}

await generateIfStale()
const inputs = ['src', 'package-lock.json', '.config/build.js', '.config/bundle.js']
const ofDashboard = (path) => path.startsWith('src/dashboard/')
await Promise.all([
  unlessDone({ stamp: 'dist/server.sha256', made: 'dist/cli/baton.js', inputs, ignored: ofDashboard }, buildServer),
  buildDashboardIfStale(),
])

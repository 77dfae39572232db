import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildDashboardIfStale } from './build-dashboard.js'
import { generateIfStale } from './generate.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')
const dist = join(root, 'dist')

/** Built by build-dashboard.js and pack.js. */
const NOT_HERE = ['dashboard', 'packages']

/**
 * Builds src/**.ts to dist/**.js file by file: it removes the types and bundles nothing. It copies src/**.sql. A file is
 * replaced whole, and only if it has changed, so neither a running server nor a second build is disturbed.
 */
async function buildServer() {
  const { outputFiles } = await build({
    entryPoints: sources('.ts'),
    outbase: src,
    outdir: dist,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  })
  const copies = sources('.sql').map((file) => ({
    path: join(dist, relative(src, file)),
    contents: readFileSync(file),
  }))
  const files = [...outputFiles, ...copies]
  for (const { path, contents } of files) replace(path, contents)
  removeAllBut(new Set(files.map(({ path }) => path)))
}

function sources(extension) {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !NOT_HERE.some((folder) => file.startsWith(join(src, folder, '/'))))
}

function replace(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, file)
}

/** Removes the output of deleted sources, which could still be imported by mistake. */
function removeAllBut(wanted) {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    const other = NOT_HERE.some((folder) => relative(dist, file).startsWith(join(folder, '/')))
    if (entry.isFile() && /\.(js|sql)$/.test(file) && !other && !wanted.has(file)) rmSync(file, { force: true })
  }
}

generateIfStale()
await Promise.all([buildServer(), buildDashboardIfStale()])

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Does the work, unless the file `stamp` says that it was done with the same inputs, and all that was made is still there.
 * `work` returns the files that it made, or nothing if `made` is the only one. Inputs are files and folders, without those
 * that are `ignored`. Their content counts and not their times, because a checkout and `npm ci` change the times. All paths
 * are relative to the project.
 */
export async function unlessDone({ stamp, made, inputs, ignored = () => false }, work) {
  const hash = createHash('sha256')
  for (const path of inputs.flatMap(filesOf)) {
    if (!ignored(path)) hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  }
  const digest = hash.digest('hex')
  const file = join(root, stamp)
  const [done, ...before] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  if (done === digest && before.length > 0 && before.every((path) => existsSync(join(root, path)))) return
  // Beside another build with other sources, neither must find its stamp on the other's files.
  rmSync(file, { force: true })
  const outputs = (await work(before)) ?? [made]
  writeFileSync(file, [digest, ...outputs].join('\n'))
}

function filesOf(input) {
  return /\.\w+$/.test(input) ? [input] : filesIn(join(root, input)).map((file) => relative(root, file))
}

/** All files below the folder, as absolute paths. */
export function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

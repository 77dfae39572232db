import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { ProductBuild } from '../claim/product-contestants.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)

/** The build of a commit in a directory, with the packages of its own lock file. */
export async function olderBuild(commit: string, directory: string): Promise<ProductBuild> {
  const archive = join(directory, 'commit.tar')
  await run('git', ['-C', ROOT, 'archive', '--format=tar', `--output=${archive}`, commit])
  await run('tar', ['-xf', archive, '-C', directory])
  await run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: directory })
  await run(process.execPath, ['.config/build.js'], { cwd: directory })
  const own = async <Module>(path: string) =>
    (await import(pathToFileURL(join(directory, 'test/bench', path)).href)) as Module
  const { registerFleet } = await own<Pick<ProductBuild, 'registerFleet'>>('setting/fleet.ts')
  const { QueueFiller } = await own<Pick<ProductBuild, 'QueueFiller'>>('setting/queue-filler.ts')
  const loadProcess = join(directory, 'test/bench/load/load-process.ts')
  return { root: directory, registerFleet, QueueFiller, loadProcess }
}

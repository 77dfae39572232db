import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { build } from 'esbuild'

/** Runs a TypeScript file as a process of its own; packages are looked up from `cwd`. */
export async function spawnTypeScript(
  file: string,
  args: readonly string[],
  options: SpawnOptions & { cwd: string },
): Promise<ChildProcess> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    // Linux takes 128 KB in one argument.
    minify: true,
    keepNames: true,
  })
  const code = outputFiles[0]?.text ?? ''
  return spawn(process.execPath, ['--input-type=module', '--eval', code, '--', ...args], options)
}

import { createWriteStream, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** An unusual suffix, so that files of killed processes can be recognised and removed. */
const UNFINISHED = '.unfinished'

/**
 * Writes a file that only its owner can read. The file is complete or absent, even after a power cut: it is written
 * next to its place and then renamed. Leftovers of killed processes are removed.
 */
export async function wholeFile<T>(path: string, fill: (file: Writable) => Promise<T>): Promise<T> {
  removeLeftovers(path)
  const unfinished = `${path}.${process.pid}${UNFINISHED}`
  const file = createWriteStream(unfinished, { mode: 0o600, flush: true })
  // A disk error at any moment ends the wait for `fill`.
  const failed = new Promise<never>((_, reject) => file.once('error', reject))
  failed.catch(() => undefined)
  try {
    const filled = await Promise.race([fill(file), failed])
    file.end()
    await finished(file)
    renameSync(unfinished, path)
    return filled
  } catch (error) {
    file.destroy()
    rmSync(unfinished, { force: true })
    throw error
  }
}

function removeLeftovers(path: string): void {
  const folder = dirname(path)
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(UNFINISHED)) continue
    const pid = name.slice(basename(path).length + 1, -UNFINISHED.length)
    if (/^\d+$/.test(pid) && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  directory: string
  /** Leaves so many bytes free. */
  fill(leaving: number): void
  makeRoom(): void
  remove(): void
}

/** Why this machine can have no small disk; null where it can. Only root may mount, and not in every container. */
export function whyNoSmallDisk(): string | null {
  try {
    smallDisk(1).remove()
    return null
  } catch (error) {
    return `No file system can be mounted here (${(error as Error).message.trim().split('\n').at(-1) ?? ''}).`
  }
}

/** A file system of its own of so many megabytes, in memory, that everybody can write to. */
export function smallDisk(megabytes: number): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'baton-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'tmpfs', directory], { stdio: 'pipe' })
  } catch (error) {
    rmSync(directory, { recursive: true })
    throw error
  }
  chmodSync(directory, 0o1777)
  const ballast = join(directory, 'ballast')
  return {
    directory,
    fill(leaving) {
      const { bavail, bsize } = statfsSync(directory)
      const size = Math.max(0, bavail * bsize - leaving)
      writeFileSync(ballast, Buffer.alloc(size))
    },
    makeRoom: () => truncateSync(ballast),
    remove() {
      execFileSync('umount', ['-l', directory], { stdio: 'pipe' })
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

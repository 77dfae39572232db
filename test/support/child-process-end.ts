import type { ChildProcess } from 'node:child_process'

/** Whether `child` has ended, or could not be started at all. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** Waits for the end of `child`; with an exit code other than 0 or none (see `child.exitCode`) it does not throw. */
export async function ended(child: ChildProcess): Promise<void> {
  // Listened for in any case: an 'error' that nobody listens for would be thrown.
  const end = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  if (!hasEnded(child)) await end
}

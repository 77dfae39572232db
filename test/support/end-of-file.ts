const works: (() => Promise<void> | void)[] = []

/**
 * Is done after the last test of the file that runs. A module in this folder cannot call `afterAll` itself: it is loaded
 * once for all files of a process, and the hook would be the first file's alone.
 */
export function atEndOfFile(work: () => Promise<void> | void): void {
  works.push(work)
}

/** Does what was asked for, the newest first, and all of it whatever fails. */
export async function endOfFile(): Promise<void> {
  const work = works.pop()
  if (work === undefined) return
  try {
    await work()
  } finally {
    await endOfFile()
  }
}

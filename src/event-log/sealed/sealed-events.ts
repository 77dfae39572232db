import { readLine } from '../export/export-line.js'
import type { StoredEvent } from '../stored-event.js'
import type { ArchiveDirectory } from './archive-directory.js'
import type { SealedStream } from './sealed-stream.js'

/**
 * What is wrong with a sealed conversation's archived events, as a sentence that names the expected file; null if nothing
 * is.
 */
export async function archiveProblem(
  archive: ArchiveDirectory | null,
  { file, exportDigest }: Pick<SealedStream, 'file' | 'exportDigest'>,
): Promise<{ expected: string; found: string } | null> {
  const named = `${file}.events.jsonl.gz`
  if (archive === null) {
    return { expected: `${named} in the archive directory`, found: 'no BATON_ARCHIVE_DIR, so it was not looked for' }
  }
  const digest = await archive.digestOf(file, 'events')
  if (digest === exportDigest) return null
  const expected = `${archive.pathOf(file, 'events')} with the digest ${exportDigest}`
  return { expected, found: digest === null ? 'no such file, or one that cannot be read' : `the digest ${digest}` }
}

/** The events of a file that passed {@link archiveProblem}. */
export async function* sealedEvents(
  archive: ArchiveDirectory,
  { workspaceId, conversationId, file }: Pick<SealedStream, 'workspaceId' | 'conversationId' | 'file'>,
): AsyncGenerator<StoredEvent> {
  for await (const text of archive.lines(file, 'events')) {
    const line = readLine(text)
    if ('problem' in line) throw new Error(`${archive.pathOf(file, 'events')} holds a line that is ${line.problem}.`)
    if ('event' in line) yield { workspaceId, conversationId, ...line.event }
  }
}

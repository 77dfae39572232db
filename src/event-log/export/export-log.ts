import type { Database, Sql } from '../../database/sql.js'
import { readHeads } from '../conversation-head.js'
import { scanStreams } from '../scan-streams.js'
import type { ArchiveDirectory } from '../sealed/archive-directory.js'
import { archiveProblem, sealedEvents } from '../sealed/sealed-events.js'
import { readSealed } from '../sealed/sealed-stream.js'
import type { SealedStream } from '../sealed/sealed-stream.js'
import { atOneMoment } from '../snapshot.js'
import { workspaceIds } from '../workspace-ids.js'
import { eventLine, headerLine } from './export-line.js'

/**
 * Writes one conversation, or all of them (null), as JSON Lines: for each conversation a header and its events. The export
 * shows the log at one moment, and its memory use does not depend on the log's length. `write` is awaited for each line.
 *
 * @returns the number of conversations written
 *
 * @throws Error that names the missing file of a sealed conversation
 */
export function exportLog(
  database: Database,
  conversationId: string | null,
  write: (line: string) => Promise<void> | void,
  archive: ArchiveDirectory | null = null,
): Promise<number> {
  return atOneMoment(database, async (sql) => {
    let written = 0
    for (const { id } of await workspaceIds(sql, null)) {
      written += await exportWorkspace({ sql, archive, write }, id, conversationId)
    }
    return written
  })
}

interface Export {
  sql: Sql
  archive: ArchiveDirectory | null
  write: (line: string) => Promise<void> | void
}

async function exportWorkspace(to: Export, workspaceId: string, only: string | null): Promise<number> {
  const { sql, write } = to
  let written = 0
  let open: string | null = null
  for await (const events of scanStreams(sql, workspaceId, only)) {
    const ids = [...new Set(events.map((event) => event.conversationId))]
    const heads = await readHeads(sql, workspaceId, ids)
    const sealed = await readSealed(sql, workspaceId, ids)
    for (const event of events) {
      if (event.conversationId !== open) {
        open = event.conversationId
        const head = heads.get(open)
        if (head === undefined) throw new Error(`${open} has events and no row. See baton verify.`)
        await write(headerLine(workspaceId, head))
        written += 1
        await exportSealed(to, sealed.get(open))
      }
      if (event.version > (sealed.get(open)?.throughVersion ?? 0)) await write(eventLine(event))
    }
  }
  return written
}

/** Writes the sealed part of a stream from its archive file. */
async function exportSealed({ archive, write }: Export, sealed: SealedStream | undefined): Promise<void> {
  if (sealed === undefined) return
  const problem = await archiveProblem(archive, sealed)
  if (archive === null || problem !== null) {
    const { expected = '', found = '' } = problem ?? {}
    throw new Error(`${sealed.conversationId} is sealed. Expected: ${expected}. Found: ${found}.`)
  }
  for await (const event of sealedEvents(archive, sealed)) await write(eventLine(event))
}

import { existsSync } from 'node:fs'
import { clockOf } from '../database/database-clock.js'
import { readLine } from '../event-log/export/export-line.js'
import { digestOf, readCompressed } from '../event-log/sealed/archive-directory.js'
import type { ArchiveDirectory } from '../event-log/sealed/archive-directory.js'
import { findSealed } from '../event-log/sealed/sealed-stream.js'
import { restoreConversation } from '../use-cases/restore/restore-conversation.js'
import { buildServices } from '../use-cases/services/build-services.js'
import { readConfig } from '../server/settings/config.js'
import { timersOf } from '../server/timers.js'
import type { Command } from './run-command.js'

/**
 * `baton restore-conversation ID | FILE [--json]`: restores a sealed conversation. A file from elsewhere is first
 * copied into the archive directory. Exit status 0: the whole conversation is in the database; 1: the restore failed.
 *
 * @throws Error that says what is missing.
 */
export async function restoreConversationCommand(
  { database, archive, terminal, flags }: Command,
  given: string,
): Promise<number> {
  if (archive === null) throw new Error('Name the directory with the files of sealed conversations: BATON_ARCHIVE_DIR.')
  const file = existsSync(given) ? given : null
  const conversationId = file === null ? given : await conversationOf(file)
  const sealed = await findSealed(database.sql, conversationId)
  if (sealed === null) throw new Error(`${conversationId} is not sealed, so there is nothing to restore.`)
  if (file !== null) await putInPlace(archive, file, sealed)
  const read = readConfig({})
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const services = buildServices(database, await clockOf(database), timersOf(read.config))
  const { events, tasks } = await restoreConversation(services, archive, sealed.workspaceId, conversationId)
  terminal.line(
    flags.has('json')
      ? JSON.stringify({ ok: true, conversationId, events, tasks })
      : `${conversationId} is restored: ${events} events, ${tasks} tasks.`,
  )
  return 0
}

async function conversationOf(file: string): Promise<string> {
  for await (const text of readCompressed(file)) {
    const line = readLine(text)
    if ('header' in line) return line.header.conversationId
    break
  }
  throw new Error(`${file} is not a file of a sealed conversation. Name its .events.jsonl.gz.`)
}

async function putInPlace(
  archive: ArchiveDirectory,
  given: string,
  sealed: { file: string; exportDigest: string; textsDigest: string | null },
): Promise<void> {
  const { file, exportDigest, textsDigest } = sealed
  const texts = given.replace(/\.events\.jsonl\.gz$/, '.texts.jsonl.gz')
  const wanted = [['events', given, exportDigest] as const, ['texts', texts, textsDigest] as const]
  for (const [part, path, digest] of wanted) {
    if (digest === null || (await archive.digestOf(file, part)) === digest) continue
    if ((await digestOf(path)) !== digest) {
      throw new Error(`${path} is not the file that was sealed: its lines do not have the digest ${digest}.`)
    }
    await archive.write(file, part, readCompressed(path))
  }
}

import { newId } from '../../database/ids.js'
import type { Database, Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { insertToken } from '../../use-cases/create-token.js'
import { insertWorkspace } from '../../use-cases/create-workspace.js'
import { newSecret } from '../../use-cases/calls/token-secret.js'
import { ImportRefused } from '../import-refused.js'
import type { SourceWorkspace } from '../source/source-rows.js'
import { importedWorkspaces, lockImport, writeImported } from './imported-rows.js'

/** The workspace to import into. */
export interface TargetWorkspace {
  id: string
  name: string
  /** Created by this import. In a dry run it is not created, and a real run gets another id. */
  isNew: boolean
  /** The secret of a new workspace's first ADMIN token, which is stored nowhere else. */
  secret: string | null
}

const FIND = statement('find_import_target', 'SELECT id, name FROM workspace WHERE id = $1')

/**
 * The workspace that `into` names; else the one that the source's workspace was imported into before; else a new one
 * with the same name and an ADMIN token.
 *
 * @throws ImportRefused
 */
export async function targetWorkspace(
  database: Database,
  source: SourceWorkspace,
  { into, dryRun }: { into: string | null; dryRun: boolean },
  now: Date,
): Promise<TargetWorkspace> {
  if (into !== null) return known(database.sql, into)
  const before = await importedBefore(database.sql, source)
  if (before !== null) return before
  if (dryRun) return { id: newId('ws'), name: source.name, isNew: true, secret: null }
  return database.transaction(async (sql) => {
    await lockImport(sql)
    return (await importedBefore(sql, source)) ?? makeWorkspace(sql, source, now)
  })
}

async function known(sql: Sql, id: string): Promise<TargetWorkspace> {
  const [found] = await sql.rows<{ id: string; name: string }>(FIND, [id])
  if (found !== undefined) return { ...found, isNew: false, secret: null }
  const message = `There is no workspace ${id} here. --into takes the id of one (ws_...); without it a new one is created.`
  throw new ImportRefused('NO_SUCH_WORKSPACE', 'into', message)
}

async function importedBefore(sql: Sql, source: SourceWorkspace): Promise<TargetWorkspace | null> {
  const ids = await importedWorkspaces(sql, source.id)
  if (ids.length > 1) {
    const message = `${source.slug} was imported into ${ids.join(' and ')}. Name one of them with --into.`
    throw new ImportRefused('AMBIGUOUS_WORKSPACE', 'into', message)
  }
  return ids[0] === undefined ? null : known(sql, ids[0])
}

async function makeWorkspace(sql: Sql, source: SourceWorkspace, now: Date): Promise<TargetWorkspace> {
  const { id: workspaceId, name } = await insertWorkspace(sql, source.name, now)
  const secret = newSecret()
  const token = { workspaceId, name: 'Import', kind: 'ADMIN', daemonId: null, createdAt: now, expiresAt: null } as const
  await insertToken(sql, { ...token, secret })
  await writeImported(sql, workspaceId, [{ table: 'workspace', sourceId: source.id, id: workspaceId }], now)
  return { id: workspaceId, name, isNew: true, secret }
}

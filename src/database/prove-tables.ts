import { DatabaseUnfit } from './database-unfit.js'
import type { Database } from './sql.js'
import { statement } from './sql.js'

/** A sample of tables; rights are granted by schema. The log needs no UPDATE or DELETE. */
const LACKING = statement(
  'proof_rights',
  `SELECT current_user::text AS role, t.name FROM unnest(ARRAY['workspace', 'session_event', 'conversation', 'task_row',
     'dispatch', 'runtime', 'api_token']) AS t(name)
   WHERE NOT (has_table_privilege(t.name, 'SELECT') AND has_table_privilege(t.name, 'INSERT')
     AND (t.name = 'session_event' OR has_table_privilege(t.name, 'UPDATE') AND has_table_privilege(t.name, 'DELETE')))
   UNION ALL SELECT current_user::text, 'task' WHERE NOT has_table_privilege('task', 'SELECT')
   LIMIT 1`,
)
const FIRST_WORKSPACE = statement('proof_workspace', 'SELECT id FROM workspace ORDER BY id LIMIT 1')

/**
 * Proves that the tables are readable and writable, and that Prisma reads the same tables as our own statements.
 *
 * @throws DatabaseUnfit
 */
export async function proveTables({ sql, prisma, schema }: Database): Promise<void> {
  const [lacking] = await sql.rows<{ role: string; name: string }>(LACKING)
  if (lacking !== undefined) {
    throw new DatabaseUnfit(
      (database) =>
        `The user ${lacking.role} may not read and write the table ${lacking.name} in the schema ${schema} of ${database}. Let DATABASE_URL name the owner of the tables, or grant it the rights.`,
    )
  }
  if (!(await seesTheSame({ sql, prisma })) && !(await seesTheSame({ sql, prisma }))) {
    throw new DatabaseUnfit(
      (database) =>
        `Reading and writing do not see the same tables in ${database}. Let DATABASE_URL name one schema (?schema=${schema}), or PostgreSQL itself and no pooler.`,
    )
  }
}

/** Another starting server may create the first workspace between the two reads, but only once. */
async function seesTheSame({ sql, prisma }: Pick<Database, 'sql' | 'prisma'>): Promise<boolean> {
  const [written] = await sql.rows<{ id: string }>(FIRST_WORKSPACE)
  const read = await prisma.workspace.findFirst({ select: { id: true }, orderBy: { id: 'asc' } }).catch(() => undefined)
  return read !== undefined && read?.id === written?.id
}

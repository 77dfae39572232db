import { Prisma } from '../../generated/prisma/client.js'
import { sizeOf } from '../answer-size.js'
import { byKey } from './by-key.js'
import type { LoaderSource, MakeLoader } from './loaders.js'

/**
 * A table with large texts. `bytes` is SQL for the size of the texts of a row `y`. PostgreSQL knows the size of a text
 * without reading it.
 */
export interface TextTable {
  name: string
  bytes: Prisma.Sql
}

const length = (column: string): Prisma.Sql => Prisma.raw(`coalesce(octet_length(y."${column}"), 0)`)
const jsonLength = (column: string): Prisma.Sql => Prisma.raw(`coalesce(octet_length(y."${column}"::text), 0)`)

export const MESSAGES: TextTable = { name: 'chat_message', bytes: length('content') }
export const PROGRESS: TextTable = { name: 'task_progress', bytes: length('text') }
export const CONTENTS: TextTable = {
  name: 'task_content',
  bytes: Prisma.sql`${length('prompt')} + ${length('output')} + ${jsonLength('result')} + ${jsonLength('metadata')}`,
}
export const AGENTS: TextTable = { name: 'agent', bytes: jsonLength('config') }
export const RUNTIMES: TextTable = { name: 'runtime', bytes: jsonLength('metadata') }

/**
 * Returns the rows of a query whose texts still fit into the answer; the database does not send the others. `order` is an
 * ORDER BY clause.
 *
 * @throws QUERY_TOO_COMPLEX when the answer's limit is exceeded
 */
export function readTextRows<Row>(
  { prisma, size }: LoaderSource,
  { bytes }: TextTable,
  rows: Prisma.Sql,
  order: Prisma.Sql = Prisma.empty,
): Promise<Row[]> {
  return size.readTexts(async (left) => {
    const read = await prisma.$queryRaw<(Row & { bytesUpTo: number })[]>`
      SELECT * FROM (
        SELECT x.*, (sum(x.bytes) OVER (ROWS UNBOUNDED PRECEDING))::float8 AS "bytesUpTo"
        FROM (SELECT y.*, ${bytes} AS bytes FROM (${rows}) y) x
      ) z WHERE "bytesUpTo" - bytes <= ${left} ${order}`
    return { rows: read, bytes: read.reduce((most, { bytesUpTo }) => Math.max(most, bytesUpTo), 0) }
  })
}

/** Reads at most one page of rows, and counts their size afterwards. */
export function readPage<Row>({ size }: Pick<LoaderSource, 'size'>, read: () => PromiseLike<Row[]>): Promise<Row[]> {
  return size.readTexts(async () => {
    const rows = await read()
    return { rows, bytes: sizeOf(rows) }
  })
}

/** A loader of the workspace's rows of a table with large texts; null for a missing row. */
export function textsByKey<Row>(
  table: TextTable,
  column: string,
  keyOf: (row: Row) => string,
): MakeLoader<string, Row | null> {
  return byKey(
    (source, keys) =>
      readTextRows<Row>(
        source,
        table,
        Prisma.sql`SELECT t.* FROM ${Prisma.raw(table.name)} t
          WHERE t."workspaceId" = ${source.workspaceId} AND ${Prisma.raw(`t."${column}"`)} = ANY(${[...keys]}::text[])`,
      ),
    keyOf,
  )
}

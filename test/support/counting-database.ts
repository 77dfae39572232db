import type { PrismaClient } from '../../src/generated/prisma/client.js'
import type { Database } from '../../src/database/sql.js'

export interface CountingDatabase {
  database: Database
  /** What was asked since the last time: names of statements, and models with operations of Prisma. */
  asked(): string[]
}

/** The same database, keeping a note of every query. Those inside transactions count as well. */
export function countingDatabase(database: Database): CountingDatabase {
  let notes: string[] = []
  const prisma = database.prisma.$extends({
    query: {
      $allOperations({ model, operation, args, query }) {
        notes.push(`${model ?? 'raw'} ${operation}`)
        return query(args)
      },
    },
  })
  const counting = (sql: Database['sql']): Database['sql'] => ({
    rows(statement, values) {
      notes.push(statement.name)
      return sql.rows(statement, values)
    },
  })
  return {
    database: {
      ...database,
      prisma: prisma as unknown as PrismaClient,
      sql: counting(database.sql),
      reads: counting(database.reads),
      transaction: (work) =>
        database.transaction((sql) =>
          work({
            ...counting(sql),
            call(routine, values) {
              notes.push(routine.name)
              return sql.call(routine, values)
            },
            callLast(routine, values) {
              notes.push(routine.name)
              return sql.callLast(routine, values)
            },
          }),
        ),
    },
    asked() {
      const before = notes
      notes = []
      return before
    },
  }
}

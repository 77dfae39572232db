import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from '../graphql/schema.js'

const FILE = fileURLToPath(new URL('../../schema.graphql', import.meta.url))

/** Writes schema.graphql from the code. With --check it only exits with status 1 if the file is stale. */
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`

if (!process.argv.includes('--check')) {
  writeFileSync(FILE, printed)
} else if (readFileSync(FILE, 'utf8') !== printed) {
  process.stderr.write('schema.graphql is stale: run `npm run schema` and commit it.\n')
  process.exitCode = 1
}

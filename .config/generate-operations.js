import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as operations from '@graphql-codegen/typescript-operations'
import { build } from 'esbuild'
import { parse, visit } from 'graphql'
import { format, resolveConfig } from 'prettier'

/**
 * Writes operation-types.ts beside each documents.ts with GraphQL operations. With --check it writes nothing, and exits
 * with 1 if a file is stale.
 */
const FOLDERS = ['daemon/client', 'daemon/conformance', 'dashboard', 'demo']
/** graphql-request throws if an answer has errors, and a mutation that is null always has one. */
const DONE = `
    /** What a mutation answered that was carried out. One that was refused is null, and the sender throws its error. */
    type Done<Answer> = { [Field in keyof Answer]: NonNullable<Answer[Field]> }`
const checks = process.argv.includes('--check')
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
/** Descriptions are dropped; the schema has them. */
const schema = visit(parse(readFileSync(path('schema.graphql'), 'utf8')), {
  enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
})

for (const folder of FOLDERS) {
  const documents = await documentsOf(folder)
  const file = path(`src/${folder}/operation-types.ts`)
  const types = (await typesOf(documents)) + (folder === 'daemon/client' ? errorCode() : '')
  const text = await format(types, { ...(await resolveConfig(file)), filepath: file })
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  if (!checks) writeFileSync(file, text)
  else {
    process.stderr.write(`src/${folder}/operation-types.ts is stale: run npm run generate-operations and commit it.\n`)
    process.exitCode = 1
  }
}

async function documentsOf(folder) {
  const entryPoints = [path(`src/${folder}/documents.ts`)]
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'esm', logLevel: 'warning' })
  const { documents } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
  return documents
}

function errorCode() {
  const { values } = schema.definitions.find(({ name }) => name?.value === 'ErrorCode')
  return `\n/** The server's codes. The list may grow: treat a code that is not here as a refusal too. */
    export type ErrorCode = ${values.map(({ name }) => `'${name.value}'`).join(' | ')}\n`
}

/** One export: other files select the operation and then the part that they need. */
async function typesOf(documents) {
  const parsed = Object.entries(documents).map(([name, text]) => ({ location: name, document: parse(text) }))
  const types = await codegen({
    schema,
    documents: parsed,
    filename: 'operation-types.ts',
    pluginMap: { operations },
    plugins: [{ operations: {} }],
    config: {
      scalars: { ID: 'string', DateTime: 'string', Position: 'string', JSON: 'unknown' },
      enumType: 'string-literal',
      skipTypename: true,
      arrayInputCoercion: false,
    },
  })
  const entries = parsed.map(({ location, document }) => {
    const { operation } = document.definitions[0]
    const type = location + operation[0].toUpperCase() + operation.slice(1)
    return `${location}: { result: ${operation === 'mutation' ? `Done<${type}>` : type}; variables: ${type}Variables }`
  })
  const lean = types
    .replaceAll(/^\/\*\*.*Internal type.*\*\/\n/gm, '')
    .replaceAll(/^export type Incremental<.*\n/gm, '')
    .replaceAll(/^export /gm, '')
    .replaceAll(/\n\n+/g, '\n')
  const mutates = entries.some((entry) => entry.includes('Done<'))
  return `/** Generated from documents.ts and schema.graphql by npm run generate-operations. */\n${lean}
    ${mutates ? DONE : ''}
    export interface Operations {\n${entries.join('\n')}\n}\n`
}

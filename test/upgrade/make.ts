// Makes what the tests of this folder start from: node --import ./.config/typescript.js test/upgrade/make.ts BATON FOLDER
// BATON is dist/cli/baton.js of a released package, FOLDER where its database is to be kept: test/upgrade/<version>.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { makePostgresTemplate } from '../support/postgres-template.js'
import { startPostgresServer } from '../support/postgres-server.js'
import { spawnServer, untilReady } from '../support/spawned-server.js'
import { answersOf } from './answers.js'
import { liveThrough } from './live-through.js'
import { OF_THE_RELEASE } from './of-the-release.js'

const [, , baton = '', folder = ''] = process.argv
mkdirSync(folder, { recursive: true })
const packed = (content: Buffer) =>
  brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 11 } })

async function make(name: string, databaseUrl: string | null, database: (directory: string) => Buffer): Promise<void> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'baton-upgrade-'))
  const env = { ...OF_THE_RELEASE, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) }
  const server = await spawnServer({ dataDirectory, env, command: [process.execPath, baton, 'serve'] })
  await untilReady(server)
  const lived = await liveThrough(server.url, OF_THE_RELEASE.BATON_ADMIN_TOKEN)
  const answers = await answersOf(server.url, OF_THE_RELEASE.BATON_ADMIN_TOKEN, lived)
  await server.stop()
  writeFileSync(join(folder, `${name}.br`), packed(database(dataDirectory)))
  writeFileSync(join(folder, `${name}.json.br`), packed(Buffer.from(JSON.stringify({ lived, answers }))))
}

const most = { maxBuffer: 1024 ** 3 }
await make('embedded.tar', null, (directory) => execFileSync('tar', ['-C', directory, '-c', 'database'], most))
const cluster = await startPostgresServer()
const empty = await makePostgresTemplate(cluster.connectionString, () => Promise.resolve())
const { connectionString } = await empty.create()
// Rows as INSERT: what is read back by one connection, without psql.
await make('postgres.sql', connectionString, () =>
  execFileSync('pg_dump', ['--inserts', '--no-owner', '--no-privileges', connectionString], most),
)
await empty.close()
await cluster.stop()

import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { embeddedTemplate, makeMigratedDirectory } from './embedded-template.js'
import { makePostgresTemplate } from './postgres-template.js'
import type { PostgresTemplate } from './postgres-template.js'
import { PostgresUnavailable, startPostgresServer } from './postgres-server.js'

export interface TestDatabaseService {
  url: string
  close(): Promise<void>
}

/**
 * Hands out databases to the processes that run the test files, over HTTP on 127.0.0.1. Server and templates are made
 * on the first asking and once a run: tests that need no database do not wait for any.
 *
 *   GET    /postgres        `{}`; 503 and a sentence when there is none
 *   POST   /postgres        `{ name, connectionString }` of a new database
 *   DELETE /postgres/:name
 *   GET    /embedded        `{ file }`: a data directory for PGlite, as a tar
 *   GET    /migrated        `{ directory }`: a data directory for a server, to be copied
 *   POST   /proven?...      counts of a database whose log was proven, for the sum that ends the run
 */
export async function startTestDatabaseService(): Promise<TestDatabaseService> {
  const postgres = onFirstCall(openPostgres)
  const embedded = onFirstCall(embeddedTemplate)
  const migrated = onFirstCall(async () => makeMigratedDirectory(await embedded.get()))

  const proven = { databases: 0, events: 0, claims: 0, crossRuntimeResumes: 0, milliseconds: 0 }

  const answer = async (method: string, path: string): Promise<object> => {
    if (path.startsWith('/proven?')) return addTo(proven, new URLSearchParams(path.slice('/proven?'.length)))
    if (path === '/embedded') return { file: await embedded.get() }
    if (path === '/migrated') return { directory: await migrated.get() }
    const { template } = await postgres.get()
    if (method === 'POST') return template.create()
    if (method === 'DELETE') await template.drop(path.slice('/postgres/'.length))
    return {}
  }
  const server = createServer((request, response) => {
    answer(request.method ?? 'GET', request.url ?? '/')
      .then((body) => response.end(JSON.stringify(body)))
      .catch((error: unknown) => {
        response.statusCode = error instanceof PostgresUnavailable ? 503 : 500
        response.end((error as Error).message)
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await (await postgres.ifCalled())?.close()
      const directory = await migrated.ifCalled()
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
      const { databases, events, claims, crossRuntimeResumes, milliseconds } = proven
      process.stdout.write(
        `Verified ${databases} databases that the tests filled: ${events} events, ` +
          `claims examined ${claims}, cross-runtime resumes ${crossRuntimeResumes}, in ${Math.round(milliseconds / 1000)} s of their time.\n`,
      )
    },
  }
}

function addTo(proven: Record<string, number>, counts: URLSearchParams): object {
  proven['databases'] = (proven['databases'] ?? 0) + 1
  for (const [name, count] of counts) proven[name] = (proven[name] ?? 0) + Number(count)
  return {}
}

async function openPostgres(): Promise<{ template: PostgresTemplate; close(): Promise<void> }> {
  const server = await startPostgresServer()
  try {
    const template = await makePostgresTemplate(server.connectionString)
    return {
      template,
      async close() {
        await template.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

interface OnFirstCall<T> {
  get(): Promise<T>
  /** Undefined when it was never asked for, or failed. */
  ifCalled(): Promise<T | undefined>
}

function onFirstCall<T>(make: () => Promise<T>): OnFirstCall<T> {
  let made: Promise<T> | undefined
  return {
    get: () => (made ??= make()),
    ifCalled: async () => made?.catch(() => undefined),
  }
}

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { embeddedTemplate } from './embedded-template.js'
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
 */
export async function startTestDatabaseService(): Promise<TestDatabaseService> {
  const postgres = onFirstCall(openPostgres)
  const embedded = onFirstCall(embeddedTemplate)

  const answer = async (method: string, path: string): Promise<object> => {
    if (path === '/embedded') return { file: await embedded.get() }
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
    },
  }
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

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSchema, graphql } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { eventNode, mockRoot } from './mock-root.js'
import type { World, WorldEvent, WorldTask } from './world.js'

const PAGE = fileURLToPath(new URL('../../../dist/dashboard/', import.meta.url))
const SCHEMA = fileURLToPath(new URL('../../../schema.graphql', import.meta.url))
const TOKEN = 'baton_test_token'
const KINDS: Readonly<Record<string, string | undefined>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
/** The strictest under which the page has to work. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"

export interface MockServer {
  url: string
  token: string
  /** What the token may do. */
  kind: string
  /** Nothing is answered any more, and no stream goes on, as if the server had gone. */
  goDown: () => void
  comeUp: () => void
  /** Called with each GraphQL document before it is answered. */
  onAsked: (document: string) => void
  /** Whether the page is opened with a code, and /session takes it. */
  lends: boolean
  /** How long the answer to a document takes, in milliseconds. */
  delayOf: (document: string) => number
  /** Another release of the page: index.html names its files otherwise. */
  release: string
  /** Files that are not there any more. */
  gone: RegExp | null
  /** Whether it has subscriptions. */
  streams: boolean
  close: () => Promise<void>
}

/** Serves the built page, and answers its GraphQL from a world: through the real schema, so that no wrong field passes. */
export async function startMockServer(world: World): Promise<MockServer> {
  const schema = buildSchema(await readFile(SCHEMA, 'utf8'))
  let down = false
  const server = createServer((request, response) => {
    if (down) return void response.destroy()
    answer(request, response, schema, world, state).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const state: MockServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    kind: 'ADMIN',
    goDown: () => {
      down = true
      server.closeAllConnections()
    },
    comeUp: () => {
      down = false
    },
    onAsked: () => undefined,
    lends: true,
    delayOf: () => 0,
    release: '',
    gone: null,
    streams: true,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return state
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  schema: GraphQLSchema,
  world: World,
  state: MockServer,
): Promise<void> {
  const path = new URL(request.url ?? '/', state.url).pathname
  if (path === '/session') {
    if (request.method === 'POST' && state.lends) return json(response, 200, { token: TOKEN })
    return json(response, 403, {
      error: 'This address was already used or has expired. Run baton open (npm run open in a checkout) for a new one.',
    })
  }
  if (path === '/graphql') return graphqlAnswer(request, response, schema, world, state)
  const name = extname(path) === '' ? 'index.html' : path
  const stored = await readFile(join(PAGE, name)).catch(() => null)
  const file = name === 'index.html' ? released(stored, state) : stored
  if (state.gone?.test(name) === true) return void response.destroy()
  if (file === null) return void response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': KINDS[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  })
  response.end(file)
}

function released(html: Buffer | null, { release }: MockServer): Buffer | string | null {
  return release === '' || html === null ? html : html.toString().replace(/(\/assets\/[^"]+\.js)/, `$1?${release}`)
}

async function graphqlAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  schema: GraphQLSchema,
  world: World,
  state: MockServer,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.headers.authorization !== `Bearer ${TOKEN}`) {
    const message = 'Send a token: authorization: Bearer <token>.'
    return json(response, 401, { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] })
  }
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    query: string
    variables?: Record<string, unknown>
  }
  state.onAsked(query)
  await sleep(state.delayOf(query))
  // Gone meanwhile.
  if (response.destroyed) return
  if (query.startsWith('subscription')) {
    if (!state.streams) return json(response, 200, { errors: [{ message: 'There are no subscriptions.' }] })
    const { taskId, after } = (variables ?? {}) as { taskId?: string; after?: string | number | null }
    if (taskId !== undefined) return streamProgress(response, world.task(taskId), Number(after ?? -1))
    return streamLog(response, { schema, world, query, after: Number(after ?? 0) })
  }
  const rootValue = mockRoot(world, state.kind)
  json(response, 200, await graphql({ schema, source: query, variableValues: variables ?? null, rootValue }))
}

interface Followed {
  schema: GraphQLSchema
  world: World
  query: string
  after: number
}

/** Until the task has ended. */
function streamProgress(response: ServerResponse, task: WorldTask, after: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let told = after
  const timer = setInterval(() => {
    for (const taskProgress of task.progress.filter(({ seq }) => seq > told)) {
      told = taskProgress.seq
      response.write(`event: next\ndata: ${JSON.stringify({ data: { taskProgress } })}\n\n`)
    }
    if (['COMPLETED', 'FAILED', 'CANCELLED'].includes(task.status)) response.end('event: complete\ndata:\n\n')
  }, 50)
  response.on('close', () => clearInterval(timer))
}

/** As GraphQL over SSE has it: `next` messages, and comments that keep the connection open. */
function streamLog(response: ServerResponse, { schema, world, query, after }: Followed): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(':\n\n')
  let position = after
  const selection = query.slice(query.indexOf('{', query.indexOf('{') + 1), query.lastIndexOf('}'))
  const timer = setInterval(() => {
    const events = world.log.slice(position)
    position += events.length
    for (const event of events) write(event).catch(() => response.destroy())
  }, 50)
  const write = async (event: WorldEvent): Promise<void> => {
    const source = `query ($id: ID!) { node(id: $id) { ... on SessionEvent ${selection} } }`
    const rootValue = { node: () => eventNode(world, event) }
    const { data, errors } = await graphql({ schema, source, variableValues: { id: event.id }, rootValue })
    const result = { data: { sessionEvents: data?.['node'] }, errors }
    response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`)
  }
  response.on('close', () => clearInterval(timer))
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

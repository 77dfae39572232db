import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.js'
import { hasEnded } from '../support/child-process-end.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { fileURLToPath } from 'node:url'
import { Dice } from './fuzz/dice.js'
import { RandomDocument } from './fuzz/random-document.js'
import { randomRequest } from './fuzz/random-request.js'
import type { RandomRequest } from './fuzz/random-request.js'
import { Fleet } from './fleet.js'
import { counts } from './size.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

/** `FUZZ_SECONDS=3600 FUZZ_SEED=7 npm run fuzz`: for longer, and the same again. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? counts(300, 15))
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 1e9))
const SENDERS = 6
/** Claims that wait and streams are left after this long. */
const PATIENCE_MS = 1_500
/** From the middle of the run to its end, with the caches of parsed documents full: what stays for each request shows. */
const MOST_GROWTH_MB = 48
/** While they are still filling, in a short run, only what grows without any measure shows. */
const MOST_GROWTH_MB_AT_FIRST = 150
/** Documents kept, parsed or refused, are 1,024 of each kind, and not every request brings a new one. */
const CACHES_FULL_AFTER = 5_000
const MAIN = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))
/** Says on SIGUSR2 how many bytes are in use once all garbage is gone. */
const HEAP_TELLER = `data:text/javascript,process.on('SIGUSR2',()=>{gc();gc();console.error('heap='+process.memoryUsage().heapUsed)})`

interface Answer {
  status: number
  body: string
}

/** null: it was left before it had ended, or its connection was closed, which HTTP allows for what is no HTTP. */
function send(url: string, { method, path, headers, body }: RandomRequest): Promise<Answer | null> {
  return new Promise((resolve) => {
    const take = (response: IncomingMessage): void => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      const done = (): void => resolve({ status: response.statusCode ?? 0, body: text })
      response.on('end', done)
      response.on('error', done)
      response.on('close', done)
    }
    try {
      const call = request(url, { method, path, headers, timeout: PATIENCE_MS }, take)
      call.on('timeout', () => call.destroy())
      call.on('error', () => resolve(null))
      call.end(body ?? undefined)
    } catch {
      // Node's own client refuses to send it.
      resolve(null)
    }
  })
}

const UNMASKED =
  /node_modules|\/src\/|\/dist\/|prisma|PrismaClient|syntax error at or near|violates|PGlite|at async |SELECT \S+ FROM|INSERT INTO|TypeError|RangeError/

function complaint({ status, body }: Answer): string | null {
  if (status >= 500) return `status ${status}`
  const told = body.match(/"errors":\[.*\]/s)?.[0] ?? ''
  if (/"code":"(?:INTERNAL|UNAVAILABLE)"/.test(told)) return 'an error that is the server’s own'
  const leak = UNMASKED.exec(told.replaceAll(/"path":\[[^\]]*\]/g, ''))
  return leak === null ? null : `an error that tells "${leak[0]}"`
}

async function heapMb(server: ServerProcess): Promise<number> {
  const before = server.output.stderr.length
  server.child.kill('SIGUSR2')
  for (;;) {
    const bytes = /heap=(\d+)/.exec(server.output.stderr.slice(before))?.[1]
    if (bytes !== undefined) return Number(bytes) / 1024 / 1024
    if (hasEnded(server.child)) throw new Error(`The server has ended: ${server.output.stderr}`)
    await sleep(20)
  }
}

/** Ids of one of everything, so that not every argument misses. */
async function someIds(server: ServerProcess): Promise<string[]> {
  const { runtimeId, agentId } = await Fleet.daemon([server.url], 'fuzzed')
  const make = async (field: string, input: string, answer: string): Promise<string[]> => {
    const made = await requestGraphQL(server.url, ADMIN_TOKEN, `mutation { ${field}(input: {${input}}) { ${answer} } }`)
    expect(made.errors).toEqual([])
    return [...JSON.stringify(made.data).matchAll(/"((?:chat|task|msg|issue|clm)_\w+)"/g)].map(([, id]) => id ?? '')
  }
  const [chatId = ''] = await make('createChatSession', `agentId: "${agentId}"`, 'chatSession { id }')
  const turn = await make('sendChatMessage', `chatSessionId: "${chatId}", content: "x"`, 'task { id }')
  const work = await make('enqueueTask', `agentId: "${agentId}", issueKey: "F-1", prompt: "x"`, 'task { id }')
  return [runtimeId, agentId, chatId, ...turn, ...work, 'task_01h2xcejqtf2nbrexx3vqjhp41', 'ws_x', '']
}

it(`random requests for ${SECONDS} s break nothing, leak nothing and leave nothing behind (FUZZ_SEED=${SEED})`, async () => {
  console.log(`FUZZ_SEED=${SEED}`)
  const dataDirectory = emptyDirectory()
  const server = await startServer({
    dataDirectory,
    command: [process.execPath, '--expose-gc', '--import', HEAP_TELLER, MAIN],
    env: {
      BATON_ADMIN_TOKEN: ADMIN_TOKEN,
      BATON_LOG_LEVEL: 'error',
      BATON_RATE_LIMIT_DAEMON: '0',
      BATON_RATE_LIMIT_OTHERS: '0',
    },
  })
  const ids = await someIds(server)
  const findings: string[] = []
  let sent = 0
  let answered = 0
  const started = performance.now()
  const fuzz = async (seconds: number): Promise<void> => {
    const until = performance.now() + seconds * 1000
    await Promise.all(
      Array.from({ length: SENDERS }, async () => {
        while (performance.now() < until && findings.length < 5) {
          // Each request has a seed of its own, so that it is the same whichever sender takes it.
          const dice = new Dice(SEED + sent++)
          const asked = randomRequest(new RandomDocument(schema, dice, ids), ADMIN_TOKEN, dice)
          const answer = await send(server.url, asked)
          if (answer === null) continue
          answered += 1
          const problem = complaint(answer)
          if (problem === null) continue
          const { method, path, headers, body } = asked
          const request_ = `${method} ${path} ${JSON.stringify(headers)} ${body?.toString().slice(0, 1_500) ?? ''}`
          findings.push(`${problem}\n  ${request_}\n  ${answer.body.slice(0, 600)}`)
        }
      }),
    )
  }
  await fuzz(SECONDS / 2)
  const warm = await heapMb(server)
  const mostGrowthMb = sent < CACHES_FULL_AFTER ? MOST_GROWTH_MB_AT_FIRST : MOST_GROWTH_MB
  await fuzz(SECONDS / 2)
  await sleep(500)
  const end = await heapMb(server)
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(
    `${sent} requests in ${seconds} s, ${answered} answered; heap ${warm.toFixed(1)} MB, then ${end.toFixed(1)} MB`,
  )
  if (findings.length > 0) console.log(server.output.stdout.slice(-4_000))
  expect(findings).toEqual([])
  expect(answered).toBeGreaterThan(sent / 3)
  expect(end - warm).toBeLessThan(mostGrowthMb)
  expect(await requestGraphQL(server.url, ADMIN_TOKEN, '{ viewer { kind } }')).toMatchObject({
    status: 200,
    errors: [],
  })
  expect(await server.stop()).toBe(0)
  expect(await verifyOutput({ dataDirectory })).toMatch(EVERY_PROMISE_HOLDS)
})

import { describe, expect, it } from 'vitest'
import { statement } from '../../src/database/sql.js'
import { answerOf } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

/** In everything that is nobody's business: what has it may not be in the log. */
const MARK = 'xyzzymark'
const SECRET = `baton_${MARK}_admin`
const env = { BATON_ADMIN_TOKEN: SECRET, BATON_METRICS_TOKEN: `${MARK}-metrics`, BATON_LOG_LEVEL: 'trace' }

const LOCK_OUTPUTS = statement('test_lock_outputs', 'ALTER TABLE task_content ADD CHECK (output IS NULL)')

/** Every call that carries a text of a person or of an agent, and some that fail. Answers the request ids of failures. */
async function wholeRun(server: ServerProcess, whenClaimed: () => Promise<unknown>): Promise<string[]> {
  const failures: string[] = []
  const post = async (body: string, token = SECRET, headers: Record<string, string> = {}) =>
    answerOf(
      await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        body,
      }),
    )
  const ask = async (query: string, input: object = {}, token = SECRET): Promise<string> => {
    const { data, errors } = await post(JSON.stringify({ query, variables: { input } }), token)
    for (const { extensions } of errors)
      if (extensions['code'] === 'INTERNAL') failures.push(String(extensions['requestId']))
    return JSON.stringify(data)
  }
  const idIn = (answer: string): string => /"(\w+_\w{26})"/.exec(answer)?.[1] ?? ''
  const call = (name: string, selection: string, input: object) => {
    const type = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}Input!`
    return ask(`mutation Call_${name}($input: ${type}) { ${name}(input: $input) { ${selection} } }`, input)
  }

  const metadata = { note: MARK }
  const runtimeId = idIn(await call('registerRuntime', 'runtime { id }', { daemonId: 'd', provider: 'p', metadata }))
  const agentId = idIn(await call('createAgent', 'agent { id }', { name: MARK, runtimeId, config: metadata }))
  const chatSessionId = idIn(await call('createChatSession', 'chatSession { id }', { agentId, title: MARK }))
  const taskIds = [idIn(await call('sendChatMessage', 'task { id }', { chatSessionId, content: MARK }))]
  for (const issueKey of ['A-1', 'A-2']) {
    taskIds.push(
      idIn(await call('enqueueTask', 'task { id }', { agentId, issueKey, title: MARK, prompt: MARK, metadata })),
    )
  }
  const run = async (finish: string, fields: object): Promise<void> => {
    const claimed = await call('claimTask', '... on TaskClaim { claimToken task { id prompt } input { content } }', {
      runtimeId,
    })
    const claimToken = /"claimToken":"([^"]+)"/.exec(claimed)?.[1]
    const claim = { taskId: /"(task_\w{26})"/.exec(claimed)?.[1], claimToken }
    await call('startTask', 'task { id }', claim)
    await call('pinTaskSession', 'accepted', { ...claim, sessionId: MARK, workDir: `/${MARK}` })
    await call('reportTaskProgress', 'accepted', { ...claim, entries: [{ seq: 1, kind: 'TEXT', text: MARK }] })
    if (finish === 'completeTask') await whenClaimed()
    await call(finish, 'task { id }', { ...claim, ...fields })
    await call(finish, 'task { id }', { ...claim, claimToken: `${MARK}stale`, ...fields })
  }
  await run('failTask', { failureReason: 'agent_error', error: MARK })
  await run('completeTask', { output: MARK, result: { said: MARK } })
  await ask(`query { chatSession(id: "${chatSessionId}") { title messages { nodes { content } } } }`)
  await call('createToken', 'secret', { name: MARK, kind: 'VIEWER' })

  // What is not even right: of the wrong type, of the wrong shape, of the wrong token.
  await call('sendChatMessage', 'task { id }', { chatSessionId, content: { text: MARK } })
  await call('sendChatMessage', 'task { id }', { chatSessionId: MARK, content: MARK })
  await ask(`{ task(id: "${MARK}") { ${MARK} } }`)
  await ask('{ viewer { kind } }', {}, `baton_${MARK}_wrong`)
  await post(`{ "query": "${MARK}`)
  await post(MARK)
  await post(`query=${MARK}`, SECRET, { 'content-type': 'application/x-www-form-urlencoded' })
  await post(JSON.stringify({ query: `mutation { "${MARK}" }` }))
  await (await fetch(`${server.url}/${MARK}`)).text()
  return failures
}

interface Line {
  msg: string
  level: string
  requestId?: string
  operation?: string | null
  workspace?: string | null
  token?: string | null
  ms?: number
}

const linesOf = ({ output }: ServerProcess): Line[] =>
  output.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)

describe('the log of a whole run, at its most verbose', () => {
  it('has each operation’s caller, name and duration, and no texts', async () => {
    const server = await startServer({ env })
    expect(await wholeRun(server, () => Promise.resolve())).toEqual([])
    await server.stop()
    const completed = linesOf(server).filter(({ operation }) => operation === 'Call_completeTask')
    expect(completed).toHaveLength(2)
    expect(completed[0]).toMatchObject({
      level: 'debug',
      requestId: expect.stringMatching(/^[\w-]{12}$/) as string,
      kind: 'mutation',
      workspace: expect.stringMatching(/^ws_/) as string,
      token: expect.stringMatching(/^tok_/) as string,
      ms: expect.any(Number) as number,
    })
    expect(completed[1]).toMatchObject({ level: 'info', codes: ['STALE_CLAIM'] })
    expect(server.output.stdout + server.output.stderr).not.toContain(MARK)
  })

  it('has no lines about successful calls at level info', async () => {
    const server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
    for (let n = 0; n < 3; n++) {
      await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
        body: JSON.stringify({ query: '{ viewer { kind } }' }),
      })
    }
    await server.stop()
    expect(linesOf(server).map(({ msg }) => msg)).not.toContain('Operation')
  })
})

describePostgres('the log, if the database fails in the middle', (open) => {
  it('has the failure with the request id, and nothing of the failed row', async () => {
    const database = await open()
    const server = await startServer({ env: { ...env, DATABASE_URL: database.connectionString } })
    const failures = await wholeRun(server, () => database.sql.rows(LOCK_OUTPUTS))
    await server.stop()
    expect(failures).toHaveLength(1)
    const told = linesOf(server).filter(({ requestId }) => requestId === failures[0])
    expect(told.map(({ level }) => level)).toContain('error')
    expect(told.find(({ level }) => level === 'error')).toMatchObject({
      // The statements of a step are sent together: one after the one that failed may be heard of first (25P02).
      err: { code: expect.stringMatching(/^(?:23514|25P02)$/) as string },
    })
    expect(told.find(({ level }) => level === 'warn')).toMatchObject({
      operation: 'Call_completeTask',
      codes: ['INTERNAL'],
    })
    expect(server.output.stdout + server.output.stderr).not.toContain(MARK)
  })
})

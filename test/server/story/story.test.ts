import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { GraphQLClient } from 'graphql-request'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../../support/server-process.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import { describePostgres } from '../../support/test-database.js'
import { Daemon } from './daemon.js'

const BATON = fileURLToPath(new URL('../../../dist/cli/baton.js', import.meta.url))
/** The whole story takes some hundred requests and four starts of a server. */
const LONGEST_MS = 180_000

/** What a person does at the dashboard. */
class Person {
  private readonly client: GraphQLClient

  constructor(url: string) {
    this.client = new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
  }

  async ask<T>(document: string, variables: object = {}): Promise<T> {
    return this.client.request<T>(document, variables)
  }

  /** The secret of a token that acts for one daemon. */
  async daemonToken(daemonId: string): Promise<string> {
    const { createToken } = await this.ask<{ createToken: { secret: string } }>(
      `mutation ($id: String!) { createToken(input: { name: $id, kind: DAEMON, daemonId: $id }) { secret } }`,
      { id: daemonId },
    )
    return createToken.secret
  }

  async say(chatSessionId: string, content: string): Promise<string> {
    const { sendChatMessage } = await this.ask<{ sendChatMessage: { task: { id: string } } }>(
      `mutation ($input: SendChatMessageInput!) { sendChatMessage(input: $input) { task { id } } }`,
      { input: { chatSessionId, content } },
    )
    return sendChatMessage.task.id
  }

  async explain(
    chatSessionId: string,
    runtimeId: string,
  ): Promise<{ outcome: string; reason: string; message: string }> {
    const { chatSession } = await this.ask<{
      chatSession: { explainResume: { outcome: string; reason: string; message: string } }
    }>(
      `query ($id: ID!, $runtimeId: ID) { chatSession(id: $id) { explainResume(runtimeId: $runtimeId) { outcome reason message } } }`,
      { id: chatSessionId, runtimeId },
    )
    return chatSession.explainResume
  }
}

async function wholeStory(start: () => Promise<ServerProcess>): Promise<void> {
  let server = await start()
  const person = new Person(server.url)
  const [laptopToken, desktopToken] = [await person.daemonToken('laptop'), await person.daemonToken('desktop')]
  const laptop = await Daemon.start(server.url, laptopToken, 'laptop')
  const desktop = await Daemon.start(server.url, desktopToken, 'desktop')
  const { createAgent } = await person.ask<{ createAgent: { agent: { id: string } } }>(
    `mutation ($id: ID!) { createAgent(input: { name: "Ada", runtimeId: $id, maxConcurrentTasks: 2 }) { agent { id } } }`,
    { id: laptop.runtimeId },
  )
  const agentId = createAgent.agent.id
  const { createChatSession } = await person.ask<{ createChatSession: { chatSession: { id: string } } }>(
    `mutation ($id: ID!) { createChatSession(input: { agentId: $id, title: "Login" }) { chatSession { id } } }`,
    { id: agentId },
  )
  const chat = createChatSession.chatSession.id

  // A first turn starts fresh; the second resumes what the first pinned.
  await person.say(chat, 'Fix the login.')
  const first = await laptop.claim('ask-1')
  expect(first).toMatchObject({ replayed: false, priorSessionId: null, input: [{ content: 'Fix the login.' }] })
  expect(first.resume).toMatchObject({ outcome: 'FRESH', reason: 'NO_PRIOR_SESSION', continuityGap: false })
  const again = await laptop.claim('ask-1')
  expect([again.replayed, again.claimToken, again.task.id]).toEqual([true, first.claimToken, first.task.id])
  await laptop.start(first)
  expect(await laptop.pin(first, 's-laptop', '/w/login')).toEqual({ accepted: true })
  expect(await laptop.heartbeat([first])).toEqual(['HELD'])
  await laptop.complete(first, { output: 'Done.' })
  await laptop.complete(first, { output: 'Done.' })
  await person.say(chat, 'And log out?')
  const second = await laptop.claim()
  expect(second).toMatchObject({ priorSessionId: 's-laptop', priorWorkDir: '/w/login' })
  expect(second.resume).toMatchObject({ outcome: 'RESUME', reason: 'SAME_RUNTIME' })

  // Cancelled while it runs: the late pin fills what was empty, and the completion comes too late.
  await laptop.start(second, 'RESUMED')
  await person.ask(`mutation ($id: ID!) { cancelTask(input: { taskId: $id }) { task { status } } }`, {
    id: second.task.id,
  })
  expect(await laptop.heartbeat([second])).toEqual(['CANCELLED'])
  expect(await laptop.pin(second, 's-laptop-2')).toEqual({ accepted: true })
  await expect(laptop.complete(second)).rejects.toThrow(/CANCELLED/)

  // The agent moves: the desktop gets the directory and no session; the old runtime could still resume.
  await person.say(chat, 'Go on at my desk.')
  await person.ask(
    `mutation ($agentId: ID!, $id: ID!) { updateAgent(input: { agentId: $agentId, runtimeId: $id, retargetQueuedTasks: true }) { agent { id } } }`,
    { agentId, id: desktop.runtimeId },
  )
  expect(await laptop.ask()).toEqual({ reasons: ['QUEUE_EMPTY'] })
  expect(await person.explain(chat, laptop.runtimeId)).toMatchObject({ outcome: 'RESUME' })
  const moved = await desktop.claim()
  expect(moved).toMatchObject({ priorSessionId: null, priorWorkDir: '/w/login' })
  expect(moved.resume).toMatchObject({ outcome: 'FRESH', reason: 'RUNTIME_MISMATCH', continuityGap: true })
  await desktop.start(moved)
  await desktop.pin(moved, 's-desktop', '/d/login')
  await desktop.complete(moved, { sessionId: 's-desktop', output: 'Here as well.' })

  // A poisoned session is not offered again.
  await person.say(chat, 'More.')
  const poisoned = await desktop.claim()
  expect(poisoned.priorSessionId).toBe('s-desktop')
  await desktop.start(poisoned, 'RESUMED')
  await desktop.fail(poisoned, 'context_overflow', 'prompt is too long')
  await person.say(chat, 'And now?')
  const after = await desktop.claim()
  expect(after.resume).toMatchObject({ outcome: 'FRESH', continuityGap: true })
  expect(after.resume.candidates.map(({ reason }) => reason)).toContain('SESSION_POISONED')
  await desktop.start(after)
  await desktop.complete(after, { sessionId: 's-desktop-2' })

  // Issue work, a crash of the server, and the daemon's recovery: failed, retried, resumed.
  const { enqueueTask } = await person.ask<{ enqueueTask: { task: { id: string } } }>(
    `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`,
    { input: { agentId, issueKey: 'APP-7', title: 'A crash', prompt: 'Look into APP-7.' } },
  )
  const issue = await desktop.claim()
  expect(issue.task).toMatchObject({ id: enqueueTask.task.id, prompt: 'Look into APP-7.', attempt: 1 })
  await desktop.start(issue)
  await desktop.pin(issue, 's-issue', '/d/app-7')
  await server.stop('SIGKILL')
  server = await start()
  const restarted = await Daemon.start(server.url, desktopToken, 'desktop')
  expect(restarted.runtimeId).toBe(desktop.runtimeId)
  const recovered = await restarted.recover()
  expect(recovered).toMatchObject({ failed: [{ id: issue.task.id }], retries: [{}] })
  await expect(restarted.complete(issue)).rejects.toThrow(/STALE_CLAIM|not this task/)
  const retry = await restarted.claim()
  expect(retry).toMatchObject({ priorSessionId: 's-issue', priorWorkDir: '/d/app-7', task: { attempt: 2 } })
  await restarted.start(retry, 'RESUMED')
  await restarted.complete(retry, { sessionId: 's-issue' })

  // A rerun is decided from exactly its source.
  const asked = new Person(server.url)
  await asked.ask(`mutation ($id: ID!) { rerunTask(input: { taskId: $id }) { task { id } } }`, { id: moved.task.id })
  const rerun = await restarted.claim()
  expect(rerun).toMatchObject({ priorSessionId: null, priorWorkDir: '/d/login' })
  expect(rerun.resume.reason).toBe('SESSION_POISONED')
  await restarted.start(rerun)
  await restarted.complete(rerun, { output: 'Once more.' })

  // The history tells all of it, and time travel the state of each moment.
  const { chatSession } = await asked.ask<{ chatSession: History }>(
    `query ($id: ID!) { chatSession(id: $id) {
       events(first: 100) { nodes { position version type task { id } } }
       tasks(first: 100) { nodes { id status resume { outcome reason message } } }
       messages(first: 100) { nodes { role content } } } }`,
    { id: chat },
  )
  expect(chatSession.events.nodes.map(({ version }) => version)).toEqual(
    chatSession.events.nodes.map((_, index) => index + 1),
  )
  expect(chatSession.messages.nodes.filter(({ role }) => role === 'ASSISTANT').map(({ content }) => content)).toEqual([
    'Done.',
    'Here as well.',
    'Once more.',
  ])
  expect(chatSession.tasks.nodes.find(({ id }) => id === moved.task.id)?.resume).toMatchObject({
    outcome: 'FRESH',
    reason: 'RUNTIME_MISMATCH',
  })
  const pinned = chatSession.events.nodes.find(({ type }) => type === 'SESSION_PINNED')
  const { then } = await asked.ask<{ then: { pointer: { sessionId: string } } }>(
    `query ($id: ID!, $at: Position) { then: chatSession(id: $id) { pointer(at: $at) { sessionId } } }`,
    { id: chat, at: pinned?.position },
  )
  expect(then.pointer.sessionId).toBe('s-laptop')
  expect(await server.stop()).toBe(0)
}

interface History {
  events: { nodes: { position: string; version: number; type: string; task: { id: string } | null }[] }
  tasks: { nodes: { id: string; status: string; resume: { outcome: string; reason: string } | null }[] }
  messages: { nodes: { role: string; content: string }[] }
}

/** `npm run verify` on the database that the story has filled. */
async function verified(env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BATON, 'verify'], {
    env: { PATH: process.env['PATH'], ...env },
  })
  return stdout
}

const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN }
const PROVEN = /cross-runtime resumes 0\.[\s\S]*Every promise holds\./

describe('the whole story over HTTP, on the embedded database', () => {
  it(
    'follows the rules, survives a crash, and verifies',
    async () => {
      let dataDirectory: string | undefined
      await wholeStory(async () => {
        const server = await startServer(dataDirectory === undefined ? { env } : { env, dataDirectory })
        dataDirectory = server.dataDirectory
        return server
      })
      expect(await verified({ BATON_DATA_DIR: String(dataDirectory) })).toMatch(PROVEN)
    },
    LONGEST_MS,
  )
})

describePostgres('the whole story over HTTP, on PostgreSQL', (open) => {
  it(
    'follows the rules, survives a crash, and verifies',
    async () => {
      const { connectionString } = await open()
      await wholeStory(() => startServer({ env: { ...env, DATABASE_URL: connectionString } }))
      expect(await verified({ DATABASE_URL: connectionString })).toMatch(PROVEN)
    },
    LONGEST_MS,
  )
})

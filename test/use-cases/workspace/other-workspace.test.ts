import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, isInputObjectType } from 'graphql'
import { beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Database } from '../../../src/database/sql.js'
import { archiveAgent } from '../../../src/use-cases/archive-agent.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { claimTask } from '../../../src/use-cases/claim-task.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { conversationById, messagesById } from '../../../src/use-cases/reads/rows-by-id.js'
import { createAgent } from '../../../src/use-cases/create-agent.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { createToken } from '../../../src/use-cases/create-token.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { enqueueTask } from '../../../src/use-cases/enqueue-task.js'
import { eraseConversationContent } from '../../../src/use-cases/erase-conversation-content.js'
import { explainResume } from '../../../src/use-cases/explain-resume.js'
import { failTask } from '../../../src/use-cases/fail-task.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import type { Outcome } from '../../../src/use-cases/calls/outcome.js'
import { pinTaskSession } from '../../../src/use-cases/pin-task-session.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { resetSession } from '../../../src/use-cases/reset-session.js'
import { revokeToken } from '../../../src/use-cases/revoke-token.js'
import { sendChatMessage } from '../../../src/use-cases/send-chat-message.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { tasksById } from '../../../src/use-cases/task-changes/task-work.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { updateChatSession } from '../../../src/use-cases/update-chat-session.js'
import { aChat, anAgent, aRuntime, claim, say } from '../../support/daemon-steps.js'
import { codeOf, makeWorld, valueOf, workspaceBeside } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

/** Ids of the workspace that the caller does not belong to. */
interface Theirs {
  runtimeId: string
  agentId: string
  chatId: string
  taskId: string
  claimToken: string
  messageId: string
  tokenId: string
}

type Call = (world: World, theirs: Theirs, own: { runtimeId: string; agentId: string }) => Promise<Outcome<unknown>>

const CALLS: Record<string, Call> = {
  heartbeat: ({ services, caller }, { runtimeId }) =>
    heartbeat(services, caller, { daemonId: 'laptop', runtimeIds: [runtimeId] }),
  deregisterRuntime: ({ services, caller }, { runtimeId }) => deregisterRuntime(services, caller, { runtimeId }),
  recoverOrphanedTasks: ({ services, caller }, { runtimeId }) =>
    recoverOrphanedTasks(services, caller, { daemonId: 'laptop', runtimeIds: [runtimeId] }),
  createAgent: ({ services, caller }, { runtimeId }) => createAgent(services, caller, { name: 'Eve', runtimeId }),
  updateAgent: ({ services, caller }, { agentId }) => updateAgent(services, caller, { agentId, name: 'Eve' }),
  'updateAgent to a runtime': ({ services, caller }, { runtimeId }, { agentId }) =>
    updateAgent(services, caller, { agentId, runtimeId }),
  archiveAgent: ({ services, caller }, { agentId }) => archiveAgent(services, caller, { agentId }),
  createChatSession: ({ services, caller }, { agentId }) => createChatSession(services, caller, { agentId }),
  updateChatSession: ({ services, caller }, { chatId }) =>
    updateChatSession(services, caller, { chatSessionId: chatId, title: 'Mine' }),
  sendChatMessage: ({ services, caller }, { chatId }) =>
    sendChatMessage(services, caller, { chatSessionId: chatId, content: 'Hello.', requestId: 'one' }),
  resetSession: ({ services, caller }, { chatId }) => resetSession(services, caller, { conversationId: chatId }),
  eraseConversationContent: ({ services, caller }, { chatId }) =>
    eraseConversationContent(services, caller, { conversationId: chatId }),
  enqueueTask: ({ services, caller }, { agentId }) =>
    enqueueTask(services, caller, { agentId, issueKey: 'ISSUE-1', prompt: 'Fix it.' }),
  claimTask: ({ services, caller }, { runtimeId }) =>
    claimTask(services, caller, { runtimeIds: [runtimeId], max: 1, mutation: 'claimTask' }),
  'claimTasks beside a runtime of its own': ({ services, caller }, theirs, own) =>
    claimTask(services, caller, { runtimeIds: [own.runtimeId, theirs.runtimeId], max: 1, mutation: 'claimTasks' }),
  startTask: ({ services, caller }, { taskId, claimToken }) => startTask(services, caller, { taskId, claimToken }),
  pinTaskSession: ({ services, caller }, { taskId, claimToken }) =>
    pinTaskSession(services, caller, { taskId, claimToken, sessionId: 'mine' }),
  reportTaskProgress: ({ services, caller }, { taskId, claimToken }) =>
    reportTaskProgress(services, caller, { taskId, claimToken, entries: [{ seq: 1, kind: 'text', text: 'Hi.' }] }),
  completeTask: ({ services, caller }, { taskId, claimToken }) =>
    completeTask(services, caller, { taskId, claimToken }),
  failTask: ({ services, caller }, { taskId, claimToken }) =>
    failTask(services, caller, { taskId, claimToken, failureReason: 'timeout', error: 'x' }),
  releaseTask: ({ services, caller }, { taskId, claimToken }) => releaseTask(services, caller, { taskId, claimToken }),
  cancelTask: ({ services, caller }, { taskId }) => cancelTask(services, caller, { taskId }),
  rerunTask: ({ services, caller }, { taskId }) => rerunTask(services, caller, { taskId }),
  revokeToken: ({ services, caller }, { tokenId }) => revokeToken(services, caller, { tokenId }),
}

const EVERYTHING = [
  ...['agent', 'runtime', 'conversation', 'task_row', 'dispatch', 'session_event', 'chat_message'],
  ...['api_token', 'task_progress', 'request_record', 'log_head'],
].map((table) =>
  statement(`test_all_${table}`, `SELECT to_jsonb(t)::text AS row FROM ${table} t ORDER BY to_jsonb(t)::text`),
)

it('every mutation that takes an id is called with one of another workspace', () => {
  const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'))
  const takesIds = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ args }) =>
    args.some(({ type }) => {
      const input = getNamedType(type)
      const fields = isInputObjectType(input) ? Object.values(input.getFields()) : []
      return fields.some((field) => getNamedType(field.type).name === 'ID')
    }),
  )
  const called = Object.keys(CALLS).map((name) => name.split(' ')[0])
  expect(takesIds.map(({ name }) => name).filter((name) => !called.includes(name))).toEqual([])
})

forEachDatabase((open) => {
  let database: Database
  let world: World
  let theirs: Theirs
  let own: { runtimeId: string; agentId: string }

  beforeAll(async () => {
    database = await open()
    const other = await makeWorld(database)
    const runtime = await aRuntime(other, { daemonId: 'laptop' })
    const agent = await anAgent(other, runtime)
    const chat = await aChat(other, agent)
    const said = await say(other, chat)
    const { task, claimToken } = await claim(other, runtime)
    const { token } = valueOf(await createToken(other.services, other.caller, { name: 'Theirs', kind: 'MEMBER' }))
    theirs = {
      runtimeId: runtime.id,
      agentId: agent.id,
      chatId: chat.id,
      taskId: task.id,
      claimToken,
      messageId: said.inputMessageIds[0] ?? '',
      tokenId: token.id,
    }
    world = await workspaceBeside(other)
    const mine = await aRuntime(world, { daemonId: 'laptop' })
    own = { runtimeId: mine.id, agentId: (await anAgent(world, mine)).id }
  })

  const everything = async () => Promise.all(EVERYTHING.map((all) => database.sql.rows(all)))

  for (const [name, call] of Object.entries(CALLS)) {
    it(`another workspace’s ids are NOT_FOUND to ${name}, which changes nothing`, async () => {
      const before = await everything()
      expect(codeOf(await call(world, theirs, own))).toBe('NOT_FOUND')
      expect(await everything()).toEqual(before)
    })
  }

  it('a heartbeat with another workspace’s claim gets LOST and renews nothing', async () => {
    const claims = [{ taskId: theirs.taskId, claimToken: theirs.claimToken }]
    const before = await database.sql.rows(statement('test_leases', 'SELECT * FROM dispatch'))
    world.clock.pass(5)
    const input = { daemonId: 'laptop', runtimeIds: [own.runtimeId], claims }
    expect(valueOf(await heartbeat(world.services, world.caller, input)).claims).toEqual([
      { taskId: theirs.taskId, verdict: 'LOST', leaseExpiresAt: null },
    ])
    expect(await database.sql.rows(statement('test_leases', 'SELECT * FROM dispatch'))).toEqual(before)
  })

  it('rows of another workspace cannot be read', async () => {
    const { services, caller } = world
    expect(await conversationById(services, caller.workspaceId, theirs.chatId)).toBeNull()
    expect(await tasksById(services, caller.workspaceId, [theirs.taskId])).toEqual([])
    expect(await messagesById(services, caller.workspaceId, [theirs.messageId])).toEqual([])
    const chat = await aChat(world, await anAgent(world, await aRuntime(world)))
    const asked = await explainResume(services, caller, { conversation: chat, runtimeId: theirs.runtimeId })
    expect(codeOf(asked)).toBe('NOT_FOUND')
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../../src/database/ids.js'
import { ArchiveDirectory } from '../../src/event-log/sealed/archive-directory.js'
import type { Agent, Runtime, Task } from '../../src/generated/prisma/client.js'
import type { NewEvent } from '../../src/session-pointer/events.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import { eraseConversationContent } from '../../src/use-cases/erase-conversation-content.js'
import { releaseTask } from '../../src/use-cases/release-task.js'
import { rerunTask } from '../../src/use-cases/rerun-task.js'
import { resetSession } from '../../src/use-cases/reset-session.js'
import { restoreConversation } from '../../src/use-cases/restore/restore-conversation.js'
import { sealConversation } from '../../src/use-cases/retention/seal-conversation.js'
import type { ConversationRow } from '../../src/use-cases/transaction/conversation-work.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import { aChat, anAgent, aRuntime, claim, complete, enqueue, fail, pin, run, say, start } from './daemon-steps.js'
import { valueOf } from './services.js'
import type { World } from './services.js'

export interface LivedIn {
  world: World
  laptop: Runtime
  server: Runtime
  agent: Agent
  chat: ConversationRow
  /** Of the chat: one that waits, of an idle conversation. */
  waiting: Task
  /** Of an issue: one that runs. */
  running: Task
  /** Of the same issue: one that waits behind it. */
  behind: Task
  /** Of the chat: failed. */
  failed: Task
}

/** A workspace with events of every type, made by the use cases; something waits and something runs. */
export async function livedIn(world: World): Promise<LivedIn> {
  const { services, caller, clock } = world
  const laptop = await aRuntime(world, { account: 'acc-1' })
  const server = await aRuntime(world)
  const agent = await anAgent(world, laptop, { maxConcurrentTasks: 2 })
  const chat = await aChat(world, agent)
  await appended(world, chat.id, {
    type: 'POINTER_IMPORTED',
    taskId: null,
    runtimeId: null,
    data: { sessionId: 'session-old', workDir: '/old', source: 'elsewhere' },
  })
  await completedTurn(world, laptop, chat, 'session-1')
  await completedTurn(world, laptop, chat, 'session-1')
  valueOf(await eraseConversationContent(services, caller, { conversationId: chat.id }))
  await sealedAndRestored(world, chat)
  await say(world, chat)
  const given = await claim(world, laptop)
  valueOf(await releaseTask(services, caller, { taskId: given.task.id, claimToken: given.claimToken, reason: 'busy' }))
  clock.pass(1)
  const broken = await run(world, laptop)
  await pin(world, broken, 'session-1', '/work')
  const { task: failed } = await fail(world, broken, { failureReason: 'context_overflow', error: 'Too long.' })
  const stopped = await say(world, chat)
  await run(world, laptop)
  valueOf(await cancelTask(services, caller, { taskId: stopped.id, reason: 'enough' }))
  valueOf(await resetSession(services, caller, { conversationId: chat.id, sessionId: 'session-1', reason: 'anew' }))
  await completedTurn(world, laptop, chat, 'session-2')
  const moved = await enqueue(world, agent, { issueKey: 'MOVED' })
  valueOf(await updateAgent(services, caller, { agentId: agent.id, runtimeId: server.id, retargetQueuedTasks: true }))
  await complete(world, await run(world, server), { sessionId: 'session-3' })
  valueOf(await rerunTask(services, caller, { taskId: moved.id }))
  const running = await run(world, server)
  await pin(world, running, 'session-4')
  const behind = await enqueue(world, agent, { issueKey: 'MOVED' })
  const waiting = await say(world, chat)
  return { world, laptop, server, agent, chat, waiting, running: running.task, behind, failed }
}

async function completedTurn(world: World, runtime: Runtime, chat: ConversationRow, sessionId: string): Promise<void> {
  await say(world, chat)
  const held = await claim(world, runtime)
  await start(world, held, { resumeResult: held.decision.outcome === 'RESUME' ? 'RESUMED' : 'NOT_ATTEMPTED' })
  await pin(world, held, sessionId, `/work/${sessionId}`)
  await complete(world, held, { sessionId, output: 'Done.' })
  world.clock.pass(1)
}

/** Away and back: with the events of both. */
async function sealedAndRestored({ services, caller, clock }: World, { id }: ConversationRow): Promise<void> {
  const { workspaceId } = caller
  const directory = mkdtempSync(join(tmpdir(), 'baton-lived-in-'))
  const archive = new ArchiveDirectory(directory)
  try {
    const closedBefore = new Date(clock.now().getTime() + 1)
    await sealConversation(services, archive, { workspaceId, conversationId: id }, closedBefore)
    await restoreConversation(services, archive, workspaceId, id)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Appends an event that no use case of these tests makes. */
async function appended({ services, caller }: World, conversationId: string, event: NewEvent): Promise<void> {
  valueOf(
    await services.conversations.submit({
      workspaceId: caller.workspaceId,
      actor: newId('tok'),
      target: { conversationId },
      decide: () => ({ events: [event], answer: {} }),
    }),
  )
}

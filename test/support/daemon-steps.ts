import type { Agent, Runtime, Task } from '../../src/generated/prisma/client.js'
import { newId } from '../../src/database/ids.js'
import { claimTask } from '../../src/use-cases/claim-task.js'
import type { ClaimTaskInput, ClaimView, NoTask } from '../../src/use-cases/claim-task.js'
import { completeTask } from '../../src/use-cases/complete-task.js'
import type { CompleteTaskInput } from '../../src/use-cases/complete-task.js'
import { createAgent } from '../../src/use-cases/create-agent.js'
import type { CreateAgentInput } from '../../src/use-cases/create-agent.js'
import { createChatSession } from '../../src/use-cases/create-chat-session.js'
import { enqueueTask } from '../../src/use-cases/enqueue-task.js'
import type { EnqueueTaskInput } from '../../src/use-cases/enqueue-task.js'
import { failTask } from '../../src/use-cases/fail-task.js'
import type { FailTaskInput } from '../../src/use-cases/fail-task.js'
import { pinTaskSession } from '../../src/use-cases/pin-task-session.js'
import { registerRuntime } from '../../src/use-cases/register-runtime.js'
import type { RegisterRuntimeInput } from '../../src/use-cases/register-runtime.js'
import { sendChatMessage } from '../../src/use-cases/send-chat-message.js'
import type { SendChatMessageInput } from '../../src/use-cases/send-chat-message.js'
import { startTask } from '../../src/use-cases/start-task.js'
import type { StartTaskInput } from '../../src/use-cases/start-task.js'
import { tasksById } from '../../src/use-cases/task-changes/task-work.js'
import type { ConversationRow } from '../../src/use-cases/transaction/conversation-work.js'
import { valueOf } from './services.js'
import type { World } from './services.js'

/** What a claim's holder presents. */
export type Held = Pick<ClaimView, 'task' | 'claimToken'>

export async function aRuntime(
  { services, caller }: World,
  input: Partial<RegisterRuntimeInput> = {},
): Promise<Runtime> {
  const daemonId = input.daemonId ?? newId('rt')
  return valueOf(await registerRuntime(services, caller, { daemonId, provider: 'claude', ...input })).runtime
}

export async function anAgent(
  { services, caller }: World,
  runtime: Runtime,
  input: Partial<CreateAgentInput> = {},
): Promise<Agent> {
  return valueOf(await createAgent(services, caller, { name: 'Ada', runtimeId: runtime.id, ...input })).agent
}

export async function aChat({ services, caller }: World, agent: Agent): Promise<ConversationRow> {
  return valueOf(await createChatSession(services, caller, { agentId: agent.id })).conversation
}

export async function say(
  { services, caller }: World,
  chat: { id: string },
  input: Partial<SendChatMessageInput> = {},
): Promise<Task> {
  const said = { chatSessionId: chat.id, content: 'Go on.', ...input }
  return valueOf(await sendChatMessage(services, caller, said)).task
}

/** A task of an issue that no other task is about, unless it is named. */
export async function enqueue(
  { services, caller }: World,
  agent: Agent,
  input: Partial<EnqueueTaskInput> = {},
): Promise<Task> {
  const task = { agentId: agent.id, issueKey: newId('issue'), prompt: 'Fix it.', ...input }
  return valueOf(await enqueueTask(services, caller, task)).task
}

export async function ask(
  { services, caller }: World,
  runtime: { id: string },
  input: Partial<ClaimTaskInput> = {},
): Promise<{ claims: ClaimView[]; noTask: NoTask | null }> {
  const asked = { runtimeIds: [runtime.id], max: 1, mutation: 'claimTask' as const, ...input }
  return valueOf(await claimTask(services, caller, asked))
}

/** The next task of the runtime, which must have one. */
export async function claim(
  world: World,
  runtime: { id: string },
  input: Partial<ClaimTaskInput> = {},
): Promise<ClaimView> {
  const { claims, noTask } = await ask(world, runtime, input)
  const [first] = claims
  if (first === undefined) throw new Error(`No task: ${noTask?.reasons.join(', ') ?? ''}`)
  return first
}

export async function noTask(world: World, runtime: { id: string }): Promise<string[]> {
  return (await ask(world, runtime)).noTask?.reasons ?? []
}

const keysOf = ({ task, claimToken }: Held) => ({ taskId: task.id, claimToken })

export async function start(
  { services, caller }: World,
  held: Held,
  input: Partial<StartTaskInput> = {},
): Promise<Task> {
  return valueOf(await startTask(services, caller, { ...keysOf(held), ...input })).task
}

export async function pin(
  { services, caller }: World,
  held: Held,
  sessionId: string,
  workDir: string | null = null,
): Promise<{ task: Task; accepted: boolean }> {
  return valueOf(await pinTaskSession(services, caller, { ...keysOf(held), sessionId, workDir }))
}

export async function complete(
  { services, caller }: World,
  held: Held,
  input: Partial<CompleteTaskInput> = {},
): Promise<Task> {
  return valueOf(await completeTask(services, caller, { ...keysOf(held), ...input })).task
}

export async function fail(
  { services, caller }: World,
  held: Held,
  input: Partial<FailTaskInput> = {},
): Promise<{ task: Task; retry: Task | null }> {
  const failure = { failureReason: 'crashed', error: 'It broke.', ...input }
  return valueOf(await failTask(services, caller, { ...keysOf(held), ...failure }))
}

/** Claimed and started. */
export async function run(world: World, runtime: { id: string }): Promise<ClaimView> {
  const held = await claim(world, runtime)
  await start(world, held)
  return held
}

/** The task's row as it stands now. */
export async function taskNow({ services, caller }: World, { id }: { id: string }): Promise<Task> {
  const [task] = await tasksById(services, caller.workspaceId, [id])
  if (task === undefined) throw new Error(`There is no ${id}.`)
  return task
}

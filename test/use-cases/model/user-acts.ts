import { expect } from 'vitest'
import { archiveAgent } from '../../../src/use-cases/archive-agent.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { enqueueTask } from '../../../src/use-cases/enqueue-task.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { resetSession } from '../../../src/use-cases/reset-session.js'
import { sendChatMessage } from '../../../src/use-cases/send-chat-message.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { updateChatSession } from '../../../src/use-cases/update-chat-session.js'
import { codeOf, valueOf } from '../../support/services.js'
import { act } from './command.js'
import type { Act } from './command.js'
import { isEnded, sessionsOf } from './model.js'
import type { Model, ModelTask } from './model.js'
import { learn, pick } from './real.js'
import type { Real } from './real.js'

const agentIdOf = (real: Real, agent: number): string => real.agents[agent]?.id ?? ''

export function say(forceFreshSession: boolean): Act {
  return act(`say(${forceFreshSession ? 'fresh' : ''})`, async (model, real) => {
    const { services, caller } = real.world
    const input = { chatSessionId: real.chat.id, content: 'Go on.', forceFreshSession }
    const outcome = await sendChatMessage(services, caller, input)
    expect(codeOf(outcome)).toBe(model.agents[0]?.archived === true ? 'BAD_USER_INPUT' : 'ACCEPTED')
    if (outcome.ok) expectOnAgentsRuntime(model, learn(model, real, outcome.value.task))
  })
}

export interface Work {
  agent: number
  issue: number
  priority: number
  maxAttempts: number
  waits: number
}

export function enqueue({ agent, issue, priority, maxAttempts, waits }: Work): Act {
  return act(`enqueue(${agent}/${issue}, ${priority}, ${maxAttempts}, in ${waits} s)`, async (model, real) => {
    const { services, caller } = real.world
    const outcome = await enqueueTask(services, caller, {
      agentId: agentIdOf(real, agent),
      issueKey: `ISSUE-${issue}`,
      prompt: 'Fix it.',
      priority,
      maxAttempts,
      availableAt: waits === 0 ? null : new Date(model.now + waits * 1000),
    })
    expect(codeOf(outcome)).toBe(model.agents[agent]?.archived === true ? 'BAD_USER_INPUT' : 'ACCEPTED')
    if (outcome.ok) expectOnAgentsRuntime(model, learn(model, real, outcome.value.task))
  })
}

function expectOnAgentsRuntime(model: Model, task: ModelTask): void {
  expect(task.runtime).toBe(model.agents[task.agent]?.runtime)
}

/** A step with one of all tasks. */
function withTask(words: string, n: number, run: (model: Model, real: Real, task: ModelTask) => Promise<void>): Act {
  return act(`${words}[${n}]`, async (model, real) => {
    const task = pick([...model.tasks.values()], n)
    if (task !== undefined) await run(model, real, task)
  })
}

export function cancel(n: number): Act {
  return withTask('cancel', n, async (_model, { world: { services, caller } }, task) => {
    const legal = !isEnded(task) || task.status === 'CANCELLED'
    const outcome = await cancelTask(services, caller, { taskId: task.id })
    expect(codeOf(outcome)).toBe(legal ? 'ACCEPTED' : 'ILLEGAL_TRANSITION')
    if (legal) task.status = 'CANCELLED'
  })
}

export function rerun(n: number): Act {
  return withTask('rerun', n, async (model, real, task) => {
    const { services, caller } = real.world
    const outcome = await rerunTask(services, caller, { taskId: task.id })
    const archived = model.agents[task.agent]?.archived === true
    const waits = task.status === 'QUEUED'
    expect(codeOf(outcome)).toBe(waits ? 'ILLEGAL_TRANSITION' : archived ? 'BAD_USER_INPUT' : 'ACCEPTED')
    if (!outcome.ok) return
    const again = learn(model, real, outcome.value.task)
    expectOnAgentsRuntime(model, again)
    expect(again).toMatchObject({ conversation: task.conversation, rerunOf: task.id, attempt: 1, forceFresh: false })
  })
}

export function reset(): Act {
  return act('reset', async (model, real) => {
    const conversationId = real.chat.id
    valueOf(await resetSession(real.world.services, real.world.caller, { conversationId }))
    for (const session of sessionsOf(model, conversationId).values()) session.retired = true
    for (const task of model.tasks.values()) if (task.conversation === conversationId) task.reset = true
    model.clean.delete(conversationId)
  })
}

export function rename(): Act {
  return act('rename', async (_model, real) => {
    const input = { chatSessionId: real.chat.id, title: 'Another title' }
    valueOf(await updateChatSession(real.world.services, real.world.caller, input))
  })
}

export function move(agent: number, to: number, retargetQueuedTasks: boolean): Act {
  return act(`move(${agent} to ${to}${retargetQueuedTasks ? ', with what waits' : ''})`, async (model, real) => {
    const input = { agentId: agentIdOf(real, agent), runtimeId: real.runtimes[to]?.id ?? '', retargetQueuedTasks }
    valueOf(await updateAgent(real.world.services, real.world.caller, input))
    Object.assign(model.agents[agent] ?? {}, { runtime: to })
    if (!retargetQueuedTasks) return
    for (const task of model.tasks.values()) if (task.agent === agent && task.status === 'QUEUED') task.runtime = to
  })
}

export function resize(agent: number, max: number): Act {
  return act(`resize(${agent}, ${max})`, async (model, real) => {
    const input = { agentId: agentIdOf(real, agent), maxConcurrentTasks: max }
    valueOf(await updateAgent(real.world.services, real.world.caller, input))
    Object.assign(model.agents[agent] ?? {}, { max })
  })
}

export function archive(agent: number): Act {
  return act(`archive(${agent})`, async (model, real) => {
    valueOf(await archiveAgent(real.world.services, real.world.caller, { agentId: agentIdOf(real, agent) }))
    Object.assign(model.agents[agent] ?? {}, { archived: true })
    for (const task of model.tasks.values()) {
      if (task.agent === agent && task.status === 'QUEUED') task.status = 'CANCELLED'
    }
  })
}

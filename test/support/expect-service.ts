import { expect } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { Api, at, textAt } from './graphql.js'
import { makeAgent, makeChat, makeRuntime, runNext, say } from './graphql-world.js'

/** A chat is resumed, times are as they are, and calls beside each other all succeed. */
export async function expectService(database: Database): Promise<void> {
  const owner = (await Api.open(database)).as('ROOT')
  const runtime = await makeRuntime(owner)
  const agent = await makeAgent(owner, runtime)
  const chat = await makeChat(owner, agent, '100% \\ "Käse" {NULL}')
  await say(owner, chat, "It's \\n one")
  await runNext(owner, runtime, 'session-1')
  await say(owner, chat)
  const claimed = await owner.ask(
    `mutation ($input: ClaimTaskInput!) { claimTask(input: $input) {
       ... on TaskClaim { priorSessionId resume { outcome } leaseExpiresAt task { id } } } }`,
    { input: { runtimeId: runtime } },
  )
  expect(at(claimed, 'claimTask.resume.outcome')).toBe('RESUME')
  expect(at(claimed, 'claimTask.priorSessionId')).toBe('session-1')
  expect(secondsFromNow(textAt(claimed, 'claimTask.leaseExpiresAt'))).toBeCloseTo(60, -1.5)

  const due = new Date(Date.now() + 3_600_000).toISOString()
  const later = await owner.ask(
    `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id availableAt } } }`,
    { input: { agentId: agent, issueKey: 'LATER', prompt: 'Do it', availableAt: due } },
  )
  expect(textAt(later, 'enqueueTask.task.availableAt')).toBe(due)
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => say(owner, chat, `At once ${n}`)))

  const read = await owner.ask(
    `query ($id: ID!, $later: ID!) { chatSession(id: $id) { title createdAt lastActivityAt }
       task(id: $later) { availableAt } runtimes(first: 1) { nodes { createdAt lastSeenAt status } }
       chatSessions(first: 5, filter: { search: "käse" }) { nodes { id } } }`,
    { id: chat, later: textAt(later, 'enqueueTask.task.id') },
  )
  expect(at(read, 'chatSession.title')).toBe('100% \\ "Käse" {NULL}')
  expect(at(read, 'chatSessions.nodes')).toEqual([{ id: chat }])
  expect(textAt(read, 'task.availableAt')).toBe(due)
  expect(at(read, 'runtimes.nodes.0.status')).toBe('ONLINE')
  const moments = ['chatSession.createdAt', 'chatSession.lastActivityAt', 'runtimes.nodes.0.lastSeenAt']
  for (const moment of moments) expect(secondsFromNow(textAt(read, moment))).toBeCloseTo(0, -2)
}

function secondsFromNow(moment: string): number {
  return (Date.parse(moment) - Date.now()) / 1000
}

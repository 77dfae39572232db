import { beforeAll, describe, expect, it } from 'vitest'
import { cleanInput } from '../../src/graphql/clean-input.js'
import { forEachDatabase } from '../support/test-database.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { claim, enqueue, makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'

describe('cleaning', () => {
  it('returns clean input as the same object', () => {
    const input = { text: 'ä😀', list: ['x', 1, null, { deep: true }], at: new Date(0) }
    expect(cleanInput(input)).toBe(input)
  })

  it('strips NUL and replaces halves of surrogate pairs, also in keys', () => {
    expect(cleanInput({ 'k\0': ['a\0b', { x: 'half \ud800' }] })).toEqual({ k: ['ab', { x: 'half \ufffd' }] })
  })

  it('keeps every key a plain key, whatever its name', () => {
    const cleaned = cleanInput(JSON.parse('{"__proto__": {"evil": "\\u0000"}}') as object)
    expect(Object.entries(cleaned)).toEqual([['__proto__', { evil: '' }]])
    expect(Object.getPrototypeOf(cleaned)).toBe(Object.prototype)
  })

  it('does not overflow the stack on deep input', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}"\\u0000"${']'.repeat(100_000)}`) as unknown
    expect(() => cleanInput(deep)).not.toThrow()
  })
})

forEachDatabase((open) => {
  let owner: Client
  let runtime: string
  let agent: string

  beforeAll(async () => {
    owner = (await Api.open(await open())).as('ROOT')
    runtime = await makeRuntime(owner)
    agent = await makeAgent(owner, runtime)
  })

  it('NUL and half surrogate pairs in titles, messages and JSON cause no error', async () => {
    const chat = await makeChat(owner, agent, 'A\0 title \udc00')
    await say(owner, chat, 'Hel\0lo \ud83d')
    const document = `mutation ($config: JSON!) { updateAgent(input: { agentId: "${agent}", config: $config }) { agent { config } } }`
    const changed = await owner.ask(document, { config: { 'ke\0y': ['v\0', '\ud800'] } })
    expect(at(changed, 'updateAgent.agent.config')).toEqual({ key: ['v', '\ufffd'] })
    const seen = await owner.ask(`query ($id: ID!) { chatSession(id: $id) { title messages { nodes { content } } } }`, {
      id: chat,
    })
    expect(seen['chatSession']).toEqual({ title: 'A title \ufffd', messages: { nodes: [{ content: 'Hello \ufffd' }] } })
  })

  it('a literal in the document is cleaned like a variable', async () => {
    const document = `mutation {
      createChatSession(input: { agentId: "${agent}", title: "lit\\u0000eral" }) { chatSession { title } }
    }`
    expect(at(await owner.ask(document), 'createChatSession.chatSession.title')).toBe('literal')
  })

  it('a text of only NULs counts as empty', async () => {
    const document = `mutation ($name: String!) { createAgent(input: { name: $name, runtimeId: "${runtime}" }) { agent { id } } }`
    expect(await owner.refusal(document, { name: '\0\0' })).toMatchObject({ fields: [{ path: 'input.name' }] })
  })

  it('a run can report, pin and fail with such text', async () => {
    const idle = await makeRuntime(owner, 'daemon-2')
    const task = await enqueue(owner, await makeAgent(owner, idle), 'NUL-1\0')
    const claimed = await claim(owner, idle)
    const answer = await owner.ask(
      `mutation ($taskId: ID!, $claimToken: String!, $workDir: String!) {
        startTask(input: { taskId: $taskId, claimToken: $claimToken }) { task { status } }
        reportTaskProgress(input: { taskId: $taskId, claimToken: $claimToken, entries: [
          { seq: 0, kind: "text", text: "a\\u0000b" }
        ] }) { accepted }
        pinTaskSession(input: { taskId: $taskId, claimToken: $claimToken, sessionId: "s\\u0000", workDir: $workDir }) { accepted }
        failTask(input: { taskId: $taskId, claimToken: $claimToken, failureReason: "oops\\u0000", error: "\\u0000bad" }) {
          task { sessionId workDir failure { reason error } progress { nodes { text } } }
        }
      }`,
      { ...claimed, workDir: '/w\ud800' },
    )
    expect(answer['failTask']).toEqual({
      task: {
        sessionId: 's',
        workDir: '/w\ufffd',
        failure: { reason: 'oops', error: 'bad' },
        progress: { nodes: [{ text: 'ab' }] },
      },
    })
    expect(
      textAt(await owner.ask(`query ($id: ID!) { task(id: $id) { issueKey } }`, { id: task }), 'task.issueKey'),
    ).toBe('NUL-1')
  })
})

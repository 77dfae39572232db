import { expect, it } from 'vitest'
import { readStream } from '../../src/event-log/read-stream.js'
import { verifyLog } from '../../src/event-log/verify/verify-log.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { claim, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { rowsWith } from '../support/rows-with.js'
import { Tamperer } from '../support/tampering.js'
import { forEachDatabase } from '../support/test-database.js'

const SECRET = 'Rosebud'
const FAIL = `mutation ($input: FailTaskInput!) { failTask(input: $input) { task { failure { reason } } } }`
const READ = `query ($chat: ID!, $task: ID!) {
  task(id: $task) { failure { reason error } }
  chatSession(id: $chat) { bindings { sessionId state stateReason } events(first: 50) { nodes { rawType data } } } }`
const ERASE = `mutation ($input: EraseConversationContentInput!) {
  eraseConversationContent(input: $input) { eventsStillHoldingText } }`

forEachDatabase((open) => {
  async function begin(): Promise<{ api: Api; owner: Client; runtime: string; chat: string }> {
    const api = await Api.open(await open())
    const owner = api.as('ROOT')
    const runtime = await makeRuntime(owner)
    const chat = await makeChat(owner, await makeAgent(owner, runtime))
    return { api, owner, runtime, chat }
  }

  /** Poisons a session, with a reason of the daemon's own. */
  async function failOddly(owner: Client, runtime: string, chat: string): Promise<string> {
    await say(owner, chat)
    const claimed = await claim(owner, runtime)
    const error = 'API Error: 400 {"type":"invalid_request_error"}'
    const input = { ...claimed, failureReason: `no ${SECRET}`, error, sessionId: 'session-odd' }
    expect(textAt(await owner.ask(FAIL, { input }), 'failTask.task.failure.reason')).toBe(`no ${SECRET}`)
    return claimed.taskId
  }

  it('a daemon’s own failure reason is shown until its erasure, and is in no event', async () => {
    const { api, owner, runtime, chat } = await begin()
    const { database } = api.services
    const task = await failOddly(owner, runtime, chat)
    expect((await rowsWith(database, SECRET)).map((row) => row.split(' ')[0])).toEqual(['task_row'])
    const before = await owner.ask(READ, { chat, task })
    expect(at(before, 'task.failure.reason')).toBe(`no ${SECRET}`)
    expect(at(before, 'chatSession.bindings')).toMatchObject([{ state: 'POISONED', stateReason: 'other' }])
    const erased = await owner.ask(ERASE, { input: { conversationId: chat } })
    expect(at(erased, 'eraseConversationContent.eventsStillHoldingText')).toBe(0)
    expect(await rowsWith(database, SECRET)).toEqual([])
    expect(at(await owner.ask(READ, { chat, task }), 'task.failure')).toEqual({ reason: 'other', error: '' })
  })

  it('an erasure counts words that the log keeps, and the API no longer shows them', async () => {
    const { api, owner, runtime, chat } = await begin()
    const { database } = api.services
    const task = await failOddly(owner, runtime, chat)
    await say(owner, chat)
    await runNext(owner, runtime, 'session-1')
    const RESET = `mutation ($input: ResetSessionInput!) { resetSession(input: $input) { __typename } }`
    await owner.ask(RESET, { input: { conversationId: chat, sessionId: 'session-1', reason: `Enough of ${SECRET}` } })
    const waiting = await say(owner, chat)
    const CANCEL = `mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { task { id } } }`
    await owner.ask(CANCEL, { input: { taskId: waiting, reason: `No more ${SECRET}` } })

    // As an older build would have written the failure.
    const tamperer = await Tamperer.of(database)
    const stream = await readStream(database.sql, api.workspaceId, chat)
    const failed = stream.find(({ type }) => type === 'TASK_FAILED')
    if (failed === undefined) throw new Error('Nothing failed.')
    await tamperer.forge(failed, ({ reasonBytes: _bytes, ...data }) => ({ ...data, failureReason: `no ${SECRET}` }))
    await tamperer.run(
      `UPDATE task_row SET "failureReason" = "failureReasonText", "failureReasonText" = NULL WHERE "failureReasonText" <> ''`,
    )
    const findings: unknown[] = []
    await verifyLog(database, { report: (finding) => findings.push(finding) })
    const told = await owner.ask(READ, { chat, task })
    expect(JSON.stringify(told).split(SECRET)).toHaveLength(7)

    const erased = await owner.ask(ERASE, { input: { conversationId: chat } })
    expect(at(erased, 'eraseConversationContent.eventsStillHoldingText')).toBe(3)
    const after = await owner.ask(READ, { chat, task })
    expect(JSON.stringify(after)).not.toContain(SECRET)
    expect(at(after, 'task.failure.reason')).toBe('other')
    await verifyLog(database, { report: (finding) => findings.push(finding) })
    expect(findings).toEqual([])
  })
})

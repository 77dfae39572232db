import { describe, expect, it } from 'vitest'
import type { SourceTask } from '../../src/import/source/source-rows.js'
import { aChat, aMessage, aTask, aWaitingTask, timeAt, translated } from './given-rows.js'

describe('messages', () => {
  /** Which messages each task answers, all by the source's ids. */
  function inputsOf(
    tasks: SourceTask[],
    messages = [aMessage('m1', 1), aMessage('m2', 3), aMessage('m3', 9)],
  ): Record<string, string[]> {
    const inputs: Record<string, string[]> = {}
    for (const event of translated({ tasks, messages }).events) {
      if (event.type !== 'TASK_ENQUEUED') continue
      inputs[event.taskId?.split(':')[1] ?? ''] = event.data.inputMessageIds.map((id) => id.split(':')[1] ?? '')
    }
    return inputs
  }

  it('belong to the first task that was created after them', () => {
    expect(inputsOf([aTask('a', 1), aTask('b', 3.5), aTask('c', 4)])).toEqual({ a: ['m1'], b: ['m2'], c: [] })
  })

  it('belong to one task if it came after several', () => {
    expect(inputsOf([aTask('a', 10)])).toEqual({ a: ['m1', 'm2', 'm3'] })
  })

  it('belong to the task that they name', () => {
    expect(inputsOf([aTask('a', 5), aTask('b', 6)], [aMessage('m1', 1, { taskId: 'b' })])).toEqual({ a: [], b: ['m1'] })
  })

  it('are also the input of a retry and a rerun', () => {
    const again = [aTask('a', 1), aTask('b', 3, { retryOfTaskId: 'a' }), aTask('c', 3.5, { rerunOfTaskId: 'a' })]
    expect(inputsOf(again, [aMessage('m1', 1)])).toEqual({ a: ['m1'], b: ['m1'], c: ['m1'] })
  })

  it('of the agent are the output of the completed task that they name', () => {
    const answer = aMessage('m2', 1.95, { role: 'assistant', taskId: 't1', content: 'Done.' })
    const { events, messages, texts } = translated({ tasks: [aTask('t1', 1)], messages: [aMessage('m1', 1), answer] })
    expect(events.at(-1)?.data).toMatchObject({ messageId: 'chat_message:m2' })
    expect(texts.results).toEqual([{ taskId: 'agent_task_queue:t1', output: 'Done.', result: null }])
    expect(messages.map(({ id, role, taskId }) => [id, role, taskId])).toEqual([
      ['chat_message:m1', 'USER', 'agent_task_queue:t1'],
      ['chat_message:m2', 'ASSISTANT', 'agent_task_queue:t1'],
    ])
  })

  it('of an unknown role are skipped and counted', () => {
    const { report, messages } = translated({ messages: [aMessage('m1', 1, { role: 'system' })] })
    expect(messages).toEqual([])
    expect(report).toMatchObject({ skippedMessages: 1, notes: ['message m1 is by system: skipped'] })
  })

  it('that no task owns are kept', () => {
    const { messages } = translated({ tasks: [aWaitingTask('t1', 1)], messages: [aMessage('m1', 2)] })
    expect(messages[0]?.taskId).toBeNull()
  })
})

describe("an agent's thread on an issue", () => {
  const thread = { agentId: 'ada', issueId: 'i1', issueNumber: 12, issueTitle: 'Fix the login', issueDescription: null }
  const issue = { issueId: 'i1', chatSessionId: null }

  it('is opened under its key, with the first task', () => {
    const { opening, times } = translated({ chat: null, thread, tasks: [aTask('t1', 4, issue)] })
    expect(opening).toEqual({ kind: 'ISSUE', agentId: 'agt_ada', issueKey: 'MUL-12', title: null })
    expect(times.createdAt.toISOString()).toBe(timeAt(4))
  })

  it('gives its tasks the key and title as the prompt, and reports that for waiting ones', () => {
    const { texts, report } = translated({ chat: null, thread, tasks: [aWaitingTask('t1', 4, issue)] })
    expect(texts.contents).toEqual([
      {
        taskId: 'agent_task_queue:t1',
        prompt: 'MUL-12: Fix the login',
        metadata: { importedFrom: { taskId: 't1', issueId: 'i1' } },
      },
    ])
    expect(texts.titles.get('agent_task_queue:t1')).toBe('Fix the login')
    expect(report.notes).toEqual([
      "task t1 is queued with its issue's key and title as the prompt: the source has no other text",
    ])
  })
})

describe('a chat', () => {
  it('that was archived stays archived', () => {
    expect(translated({ chat: aChat({ status: 'archived' }) }).times.archivedAt?.toISOString()).toBe(timeAt(1000))
    expect(translated({}).times.archivedAt).toBeNull()
  })
})

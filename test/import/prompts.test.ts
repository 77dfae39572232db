import { describe, expect, it } from 'vitest'
import { aWaitingTask, translated } from './given-rows.js'

describe('the prompt of an issue’s task', () => {
  const thread = { agentId: 'ada', issueId: 'i', issueNumber: 7, issueTitle: 'Login', issueDescription: null }
  const told = { triggerComment: 'Try again', earlierComments: ['First', 'Second'], handoffNote: 'See the branch.' }
  it.each([
    [{}, {}, 'MUL-7: Login'],
    [{ issueDescription: 'It hangs.' }, {}, 'MUL-7: Login\n\nIt hangs.'],
    [{}, { triggerComment: 'Why?' }, 'MUL-7: Login\n\nComment:\nWhy?'],
    [
      { issueDescription: 'It hangs.' },
      told,
      'MUL-7: Login\n\nIt hangs.\n\nComment:\nFirst\n\nComment:\nSecond\n\nComment:\nTry again\n\nHanded over:\nSee the branch.',
    ],
  ])('%o and %o', (issue, row, prompt) => {
    const { texts } = translated({ chat: null, thread: { ...thread, ...issue }, tasks: [aWaitingTask('t1', 1, row)] })
    expect(texts.contents[0]?.prompt).toBe(prompt)
  })
})

import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { forEachDatabase } from '../support/test-database.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'

const ENTRIES =
  'range { fromVersion toVersion turns } omittedTurns entries { role text erased truncated task { status } }'
const CLAIM = `mutation ($runtime: ID!, $maxBytes: Int) { claimTask(input: { runtimeId: $runtime }) {
  ... on TaskClaim { claimToken task { id } resume { outcome reason handoffRange { turns } }
    handoff(maxBytes: $maxBytes) { ${ENTRIES} } } } }`

interface Entry {
  role: string
  text: string
  erased: boolean
  truncated: boolean
  task: { status: string }
}

const said = (handoff: unknown): string[] =>
  (at(handoff, 'entries') as Entry[]).map(({ role, text }) => `${role} ${text}`)

forEachDatabase((open) => {
  let database: Database
  let owner: Client
  let laptop: string
  let build: string
  let agent: string

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    const api = await Api.open(database)
    owner = api.as('ROOT')
    laptop = await makeRuntime(owner, 'laptop')
    build = await makeRuntime(owner, 'build')
    agent = await makeAgent(owner, laptop)
  })

  const claim = async (runtime: string, maxBytes?: number) =>
    at(await owner.ask(CLAIM, maxBytes === undefined ? { runtime } : { runtime, maxBytes }), 'claimTask')
  const start = (held: unknown, resumeResult: string) =>
    owner.ask(
      'mutation ($taskId: ID!, $claimToken: String!, $resumeResult: ResumeResult) { startTask(input: { taskId: $taskId, claimToken: $claimToken, resumeResult: $resumeResult }) { task { id } } }',
      { taskId: textAt(held, 'task.id'), claimToken: textAt(held, 'claimToken'), resumeResult },
    )
  const complete = (held: unknown, output: string, sessionId: string) =>
    owner.ask('mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }', {
      input: { taskId: textAt(held, 'task.id'), claimToken: textAt(held, 'claimToken'), output, sessionId },
    })
  const turn = async (runtime: string, output: string, sessionId: string): Promise<string> => {
    const held = await claim(runtime)
    await start(held, 'RESUMED')
    await complete(held, output, sessionId)
    return textAt(held, 'task.id')
  }
  const move = (to: string) =>
    owner.ask('mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }', {
      input: { agentId: agent, runtimeId: to },
    })
  const handoffOf = async (taskId: string, args = '') =>
    at(
      await owner.ask(`query ($id: ID!) { task(id: $id) { handoff${args} { ${ENTRIES} } } }`, { id: taskId }),
      'task.handoff',
    )

  describe('a chat that moves to another machine', () => {
    let chat: string
    beforeEach(async () => {
      chat = await makeChat(owner, agent)
      await say(owner, chat, 'Question 1')
      await turn(laptop, 'Answer 1', 's1')
      await say(owner, chat, 'Question 2')
      await turn(laptop, 'Answer 2', 's1')
    })

    it('gives the run the earlier turns, oldest first, without its own question', async () => {
      await move(build)
      await say(owner, chat, 'Question 3')
      const claimed = await claim(build)
      expect(at(claimed, 'resume')).toEqual({
        outcome: 'FRESH',
        reason: 'RUNTIME_MISMATCH',
        handoffRange: { turns: 2 },
      })
      expect(said(at(claimed, 'handoff'))).toEqual([
        ...['USER Question 1', 'ASSISTANT Answer 1', 'USER Question 2', 'ASSISTANT Answer 2'],
      ])
      expect(await handoffOf(textAt(claimed, 'task.id'))).toEqual(at(claimed, 'handoff'))
    })

    it('names the machine where its session lives, as its daemon named it', async () => {
      await owner.ask(
        'mutation ($input: RegisterRuntimeInput!) { registerRuntime(input: $input) { runtime { id } } }',
        {
          input: { daemonId: 'laptop', provider: 'claude', instance: { id: 'i', machine: 'm', host: 'laptop.local' } },
        },
      )
      await move(build)
      await say(owner, chat, 'Question 3')
      const id = textAt(await claim(build), 'task.id')
      const asked =
        'query ($id: ID!) { task(id: $id) { resume { candidates { reason binding { runtime { host } } } } } }'
      expect(at(await owner.ask(asked, { id }), 'task.resume.candidates')).toEqual([
        { reason: 'RUNTIME_MISMATCH', binding: { runtime: { host: 'laptop.local' } } },
      ])
    })

    it('has no handoff if the session is resumed', async () => {
      await say(owner, chat, 'Question 3')
      expect(await claim(laptop)).toMatchObject({ resume: { outcome: 'RESUME', handoffRange: null }, handoff: null })
    })

    it('leaves out the oldest whole turns, and says how many', async () => {
      await move(build)
      await say(owner, chat, 'Question 3')
      const handoff = at(await claim(build, 20), 'handoff')
      expect(handoff).toMatchObject({ range: { turns: 2 }, omittedTurns: 1 })
      expect(said(handoff)).toEqual(['USER Question 2', 'ASSISTANT Answer 2'])
    })

    it('cuts the newest turn if it alone does not fit, its newest text last', async () => {
      await move(build)
      await say(owner, chat, 'Question 3')
      const handoff = at(await claim(build, 12), 'handoff')
      expect(said(handoff)).toEqual(['USER Ques', 'ASSISTANT Answer 2'])
      expect((at(handoff, 'entries') as Entry[]).map(({ truncated }) => truncated)).toEqual([true, false])
    })

    it('H4: reads the texts at the time of the query, and marks erased ones', async () => {
      await owner.ask(
        'mutation ($input: EraseConversationContentInput!) { eraseConversationContent(input: $input) { conversation { id } } }',
        { input: { conversationId: chat } },
      )
      await move(build)
      await say(owner, chat, 'Question 3')
      const entries = at(await claim(build), 'handoff.entries') as Entry[]
      expect(entries.map(({ role, text, erased }) => [role, text, erased])).toEqual([
        ...[
          ['USER', '', true],
          ['ASSISTANT', '', true],
          ['USER', '', true],
          ['ASSISTANT', '', true],
        ],
      ])
    })

    it('includes a cancelled turn with its question', async () => {
      await say(owner, chat, 'Question 3')
      const held = await claim(laptop)
      await owner.ask('mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { task { id } } }', {
        input: { taskId: textAt(held, 'task.id') },
      })
      await move(build)
      await say(owner, chat, 'Question 4')
      const entries = at(await claim(build), 'handoff.entries') as Entry[]
      expect(entries.at(-1)).toMatchObject({ text: 'Question 3', task: { status: 'CANCELLED' } })
    })

    it('gives a run whose session was refused the turns that a fresh one does not know', async () => {
      await say(owner, chat, 'Question 3')
      const held = await claim(laptop)
      const id = textAt(held, 'task.id')
      expect(await handoffOf(id)).toBeNull()
      await start(held, 'REFUSED')
      expect(said(await handoffOf(id))).toEqual([
        ...['USER Question 1', 'ASSISTANT Answer 1', 'USER Question 2', 'ASSISTANT Answer 2'],
      ])
    })

    it('gives the turns to a run that loses its session later, on request', async () => {
      await say(owner, chat, 'Question 3')
      const held = await claim(laptop)
      await start(held, 'RESUMED')
      const id = textAt(held, 'task.id')
      expect(await handoffOf(id)).toBeNull()
      expect(said(await handoffOf(id, '(ifFresh: true)'))).toHaveLength(4)
      await complete(held, 'Answer 3', 's1')
      expect(await handoffOf(id, '(ifFresh: true)')).toBeNull()
    })

    it('with NEWEST_ON_RUNTIME a resumed session gets only the turns that it lacks', async () => {
      await move(build)
      await say(owner, chat, 'Question 3')
      await turn(build, 'Answer 3', 's2')
      await owner.ask('mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }', {
        input: { agentId: agent, runtimeId: laptop, resumePolicy: { scope: 'NEWEST_ON_RUNTIME' } },
      })
      await say(owner, chat, 'Question 4')
      const claimed = await claim(laptop)
      expect(claimed).toMatchObject({ resume: { outcome: 'RESUME', handoffRange: { turns: 1 } } })
      expect(said(at(claimed, 'handoff'))).toEqual(['USER Question 3', 'ASSISTANT Answer 3'])
    })

    it.each([0, -1, 2_000_000])('refuses maxBytes %i', async (maxBytes) => {
      await move(build)
      const taskId = await say(owner, chat, 'Question 3')
      await expect(handoffOf(taskId, `(maxBytes: ${maxBytes})`)).rejects.toThrow(/maxBytes/)
    })
  })

  it('the handoff of an issue thread has prompts and outputs', async () => {
    const enqueue = (prompt: string) =>
      owner.ask('mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }', {
        input: { agentId: agent, issueKey: 'BAT-1', prompt },
      })
    await enqueue('Fix it')
    await turn(laptop, 'Fixed', 's1')
    await move(build)
    await enqueue('Fix it better')
    expect(said(at(await claim(build), 'handoff'))).toEqual(['USER Fix it', 'ASSISTANT Fixed'])
  })
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Adapter, Turn, TurnEnd } from '../../../src/daemon/adapters/adapter.js'
import { runWith } from '../../../src/daemon/reference/run-task.js'
import type { Handoff } from '../../../src/daemon/client/handoff.js'
import { directory } from '../adapters/fake-program.js'
import { FakeQueue } from '../client/fake-queue.js'

const completed: TurnEnd = {
  kind: 'completed',
  output: 'Done.',
  result: null,
  sessionId: 's-1',
  transcriptMissing: false,
}

/** Runs one claim with an adapter that ends its turns like this, one after the other. */
async function run(
  ends: TurnEnd[],
  offer: { sessionId?: string; workDir?: string; config?: unknown; gap?: boolean; earlier?: Handoff } = {},
) {
  const queue = new FakeQueue()
  queue.enqueue({ conversation: 'chat_1', priorSessionId: offer.sessionId ?? null })
  const answer = queue.handle('ClaimTasks', { requestId: 'r', max: 1, runtimeIds: [] })
  const [claim] = 'claimTasks' in answer ? answer.claimTasks.claims : []
  if (claim === undefined) throw new Error('A task was queued.')
  const turns: Turn[] = []
  const starts: unknown[] = []
  const shown: string[] = []
  const asked: unknown[] = []
  const adapter: Adapter = {
    ...{ provider: 'fake', cliVersion: null, account: null, store: null, permissions: 'all', cannot: ['effort'] },
    run: async (turn) => {
      turns.push(turn)
      return ends[turns.length - 1] ?? completed
    },
  }
  const root = await directory()
  const task = { ...claim.task, agent: { ...claim.task.agent, config: offer.config ?? null } }
  const result = await runWith([adapter], root)(
    {
      ...claim,
      task,
      priorWorkDir: offer.workDir ?? null,
      resume: { ...claim.resume, continuityGap: offer.gap === true },
    },
    {
      signal: new AbortController().signal,
      start: async (how) => void starts.push(how),
      pin: async () => undefined,
      progress: (entry) => void shown.push(typeof entry === 'string' ? entry : entry.text),
      handoff: async (request) => {
        asked.push(request)
        return offer.earlier ?? null
      },
    },
  )
  return { result, turns, starts, root, shown, asked }
}

const EARLIER: Handoff = {
  range: { turns: 1 },
  omittedTurns: 0,
  entries: (['USER', 'ASSISTANT'] as const).map((role) => ({
    ...{ role, text: `${role} said this`, erased: false, truncated: false, at: '2026-11-01T10:00:00.000Z' },
    task: { id: 'task_0', status: 'COMPLETED', failure: null },
  })),
}

test('an agent that does not know earlier turns is told them before its prompt, and the chat says so', async () => {
  const { turns, shown, asked } = await run([], { gap: true, earlier: EARLIER })
  expect(asked).toEqual([{ maxBytes: 16_384, ifFresh: false }])
  expect(turns[0]?.prompt).toMatch(/It is no instruction\.[^]*> USER said this[^]*> ASSISTANT said this[^]*Do it\.?$/)
  expect(shown.join('\n')).toContain('Told the agent 1 earlier turn of 1.')
})

test('an agent that knows all is asked just what it is asked, and the server nothing', async () => {
  const { turns, asked } = await run([], { earlier: EARLIER })
  expect(asked).toEqual([])
  expect(turns[0]?.prompt).not.toContain('said this')
})

test('an agent whose session was refused is told all of it in its new session', async () => {
  const { turns, asked } = await run([refused(false)], { sessionId: 's-0', earlier: EARLIER })
  expect(asked.at(-1)).toEqual({ maxBytes: 16_384, ifFresh: true })
  expect(turns.at(-1)?.prompt).toContain('> USER said this')
})

const refused = (toolsRan: boolean): TurnEnd => ({ kind: 'refused', error: 'No conversation found', toolsRan })

test('a session is not resumed outside of its own directory: the turn is fresh, and nothing was refused', async () => {
  for (const workDir of ['/', join('/', 'gone'), undefined]) {
    const { turns, starts, root } = await run([], { sessionId: 's-0', ...(workDir !== undefined && { workDir }) })
    expect(turns.map(({ resume, workDir: used }) => [resume, used])).toEqual([[null, join(root, 'chat_1')]])
    expect(starts).toEqual(['NOT_ATTEMPTED'])
  }
})

test('a refusal after tools had run is not tried again', async () => {
  const { result, turns, starts } = await run([refused(true)], { sessionId: 's-0' })
  expect(turns).toHaveLength(1)
  expect(starts).toContain('REFUSED')
  expect(result).toMatchObject({ failureReason: 'agent_error', error: 'No conversation found' })
})

test('a second refusal is the end of it', async () => {
  const { result, turns } = await run([refused(false), refused(false)], { sessionId: 's-0' })
  expect(turns.map(({ resume }) => resume)).toEqual([null, null])
  expect(result).toMatchObject({ failureReason: 'agent_error' })
})

test("an agent's model is given on every turn, but never as another option", async () => {
  expect((await run([], { config: { model: 'opus' } })).turns[0]?.model).toBe('opus')
  expect((await run([], { config: { model: '--dangerously-skip-permissions' } })).turns[0]?.model).toBeNull()
  expect((await run([], { config: { model: 'x"; run' } })).turns[0]?.model).toBeNull()
})

test('a runtime whose provider is gone fails the task in words', async () => {
  const { result } = await run([])
  expect(result).toMatchObject({ output: 'Done.', sessionId: 's-1' })
  const nobody = runWith([], await directory())
  const queue = new FakeQueue()
  queue.enqueue()
  const answer = queue.handle('ClaimTasks', { requestId: 'r', max: 1, runtimeIds: [] })
  const [claim] = 'claimTasks' in answer ? answer.claimTasks.claims : []
  if (claim === undefined) throw new Error('A task was queued.')
  const context = {
    signal: new AbortController().signal,
    start: async () => {},
    pin: async () => {},
    progress: () => {},
    handoff: async () => null,
  }
  expect(await nobody(claim, context)).toEqual({ failureReason: 'provider_missing', error: 'This daemon has no fake.' })
})

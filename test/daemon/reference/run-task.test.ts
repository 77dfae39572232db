import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Adapter, Turn, TurnEnd } from '../../../src/daemon/adapters/adapter.js'
import { runWith } from '../../../src/daemon/reference/run-task.js'
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
async function run(ends: TurnEnd[], offer: { sessionId?: string; workDir?: string; config?: unknown } = {}) {
  const queue = new FakeQueue()
  queue.enqueue({ conversation: 'chat_1', priorSessionId: offer.sessionId ?? null })
  const answer = queue.handle('ClaimTasks', { requestId: 'r', max: 1, runtimeIds: [] })
  const [claim] = 'claimTasks' in answer ? answer.claimTasks.claims : []
  if (claim === undefined) throw new Error('A task was queued.')
  const turns: Turn[] = []
  const starts: unknown[] = []
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
    { ...claim, task, priorWorkDir: offer.workDir ?? null },
    {
      signal: new AbortController().signal,
      start: async (how) => void starts.push(how),
      pin: async () => undefined,
      progress: () => undefined,
      handoff: async () => null,
    },
  )
  return { result, turns, starts, root }
}

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

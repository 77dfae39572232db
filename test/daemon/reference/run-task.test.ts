import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Adapter, Turn, TurnEnd } from '../../../src/daemon/adapters/adapter.js'
import { runWith } from '../../../src/daemon/reference/run-task.js'
import type { Handoff } from '../../../src/daemon/client/handoff.js'
import { directory } from '../adapters/fake-program.js'
import { FakeQueue } from '../client/fake-queue.js'

const MISMATCH = { outcome: 'FRESH', reason: 'RUNTIME_MISMATCH' } as const
const NO_SESSION = { sessionId: null, transcriptMissing: false }
const completed: TurnEnd = { ...NO_SESSION, kind: 'completed', output: 'Done.', result: null, sessionId: 's-1' }

/** Runs one claim with an adapter that ends its turns like this, one after the other. */
async function run(
  ends: TurnEnd[],
  offer: {
    sessionId?: string
    workDir?: string
    here?: true
    config?: unknown
    attempt?: number
    gap?: boolean
    mismatch?: boolean
    earlier?: Handoff
  } = {},
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
    provider: 'fake',
    cliVersion: null,
    account: null,
    store: null,
    permissions: 'all',
    cannot: ['effort'],
    run: async (turn) => {
      turns.push(turn)
      return ends[turns.length - 1] ?? completed
    },
  }
  const root = await directory()
  const priorWorkDir = offer.here ? root + '/chat_1' : (offer.workDir ?? null)
  await mkdir(join(root, 'chat_1'))
  const task = {
    ...claim.task,
    attempt: offer.attempt ?? 1,
    agent: { ...claim.task.agent, config: offer.config ?? null },
  }
  const result = await runWith([adapter], root)(
    {
      ...claim,
      task,
      priorWorkDir,
      resume: { ...claim.resume, ...(offer.mismatch === true && MISMATCH), continuityGap: offer.gap === true },
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
  livesOn: null,
  entries: (['USER', 'ASSISTANT'] as const).map((role) => ({
    role,
    text: `${role} said this`,
    erased: false,
    truncated: false,
    at: '2026-11-01T10:00:00.000Z',
    task: { id: 'task_0', status: 'COMPLETED', failure: null },
  })),
}

test('an agent that does not know earlier turns gets them before its prompt, and the chat says so', async () => {
  const { turns, shown, asked } = await run([], { gap: true, earlier: EARLIER })
  expect(asked).toEqual([{ maxBytes: 16_384, ifFresh: false }])
  expect(turns[0]?.prompt).toMatch(
    /They are not an instruction\.[^]*> USER said this[^]*> ASSISTANT said this[^]*Do it\.?$/,
  )
  expect(shown.join('\n')).toContain('Told the agent 1 earlier turn.')
})

test('if the session lives on another machine, the chat names the machine and how many turns the agent got', async () => {
  const earlier = { ...EARLIER, range: { turns: 12 }, omittedTurns: 11, livesOn: 'build-02' }
  const { shown } = await run([], { gap: true, mismatch: true, earlier })
  expect(shown).toContain('Started fresh because the session lives on build-02. Told the agent 1 earlier turn of 12.')
})

test('an agent that knows every turn gets only its prompt, and no handoff is read', async () => {
  const { turns, asked } = await run([], { earlier: EARLIER })
  expect(asked).toEqual([])
  expect(turns[0]?.prompt).not.toContain('said this')
})

test('an agent whose session was refused gets all earlier turns in its new session', async () => {
  const { turns, asked } = await run([refused(false)], { sessionId: 's-0', earlier: EARLIER })
  expect(asked.at(-1)).toEqual({ maxBytes: 16_384, ifFresh: true })
  expect(turns.at(-1)?.prompt).toContain('> USER said this')
})

const refused = (toolsRan: boolean): TurnEnd => ({ kind: 'refused', error: 'No conversation found', toolsRan })

test('a session is not resumed outside its own directory: the turn starts fresh, and nothing is refused', async () => {
  const whys = [
    ['/', '/, is outside --workdir, and no --adopt allows it. The session s-0 belongs to it and is not resumed.'],
    [join('/', 'gone'), '/gone, is not on this machine. The session s-0 belongs to it and is not resumed.'],
    [undefined, 'The session s-0 is not resumed: its work directory is unknown.'],
  ] as const
  for (const [workDir, why] of whys) {
    const { turns, starts, root, shown } = await run([], {
      sessionId: 's-0',
      ...(workDir !== undefined && { workDir }),
    })
    expect(turns.map(({ resume, workDir: used }) => [resume, used])).toEqual([[null, join(root, 'chat_1')]])
    expect(starts).toEqual(['NOT_ATTEMPTED'])
    expect(shown.filter((text) => text.endsWith(why))).toHaveLength(1)
  }
})

test('a refusal after tools have run is not retried', async () => {
  const { result, turns, starts } = await run([refused(true)], { sessionId: 's-0' })
  expect(turns).toHaveLength(1)
  expect(starts).toContain('REFUSED')
  expect(result).toMatchObject({
    failureReason: 'agent_error',
    error: 'The session was refused.\nNo conversation found',
  })
})

test('other output of a program is shown and does not decide the failure reason', async () => {
  const died = { kind: 'failed', failureReason: 'agent_error', error: 'It ended.', ...NO_SESSION } as const
  const harmless = await run([{ ...died, words: 'Segmentation fault' }])
  expect(harmless.result).toMatchObject({ error: 'It ended.\nSegmentation fault' })
  expect(harmless.shown).toEqual([])
  for (const words of ['debug: prompt is too long', 'API Error: 401', '429 Too Many Requests', 'fetch failed']) {
    const { result, shown } = await run([{ ...died, words }])
    expect(result).toMatchObject({
      failureReason: 'agent_error',
      error: 'It ended.\nThe progress of this run has its other output.',
    })
    expect(shown).toEqual([words])
  }
  // The two halves of what breaks a history, one in the error and one in the log.
  const halves = { ...died, error: 'invalid_request_error', words: 'status=400' }
  expect((await run([halves])).result).toMatchObject({ error: expect.not.stringContaining('400') as string })
})

test('the failure reports when the provider can be asked again', async () => {
  const failed = { kind: 'failed', failureReason: 'rate_limited', error: 'Wait.', ...NO_SESSION } as const
  const retryAt = Date.parse('2026-10-03T20:30:00.000Z')
  expect((await run([{ ...failed, retryAt }])).result).toMatchObject({ retryAt: new Date(retryAt) })
  expect((await run([{ ...failed, retryAt: null }])).result).toMatchObject({ retryAt: null })
})

test('a second refusal fails the turn', async () => {
  const { result, turns } = await run([refused(false), refused(false)], { sessionId: 's-0' })
  expect(turns.map(({ resume }) => resume)).toEqual([null, null])
  expect(result).toMatchObject({ failureReason: 'agent_error' })
})

test("an agent's model is passed on every turn, and never as another option", async () => {
  expect((await run([], { config: { model: 'opus' } })).turns[0]?.model).toBe('opus')
  expect((await run([], { config: { model: '--dangerously-skip-permissions' } })).turns[0]?.model).toBeNull()
  expect((await run([], { config: { model: 'x"; run' } })).turns[0]?.model).toBeNull()
})

test('a task for a missing provider fails in one sentence', async () => {
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

const perhaps: TurnEnd = { kind: 'refused', error: 'Upside down', toolsRan: false, perhaps: true }
const failed: TurnEnd = {
  kind: 'failed',
  failureReason: 'agent_error',
  error: 'Upside down',
  sessionId: 's-1',
  transcriptMissing: false,
}

test('a session is refused if a new session succeeds where it failed', async () => {
  const { result, turns, starts } = await run([perhaps, completed], { sessionId: 's-0', here: true })
  expect(turns.map(({ resume }) => resume)).toEqual(['s-0', null])
  expect(starts).toEqual(['REFUSED'])
  expect(result).toMatchObject({ output: 'Done.', sessionId: 's-1' })
})

test('a failure that also occurs without the session is not a refusal, and no new session is reported', async () => {
  const { result, starts } = await run([perhaps, failed], { sessionId: 's-0', here: true })
  expect(starts).toEqual([])
  expect(result).toMatchObject({ failureReason: 'agent_error', error: 'Upside down', sessionId: null })
})

test('a resuming retry learns that its message was cut off; a first attempt or a new session does not', async () => {
  const line = 'The previous attempt at this message was cut off. Continue where it stopped.'
  const retried = { sessionId: 's-0', here: true, attempt: 2 } as const
  expect((await run([completed], retried)).turns[0]?.prompt).toBe(`${line}\n\nDo it.`)
  expect((await run([refused(false), completed], retried)).turns[1]?.prompt).toBe('Do it.')
  expect((await run([completed], { ...retried, attempt: 1 })).turns[0]?.prompt).toBe('Do it.')
  expect((await run([completed], { attempt: 2 })).turns[0]?.prompt).toBe('Do it.')
})

test('the chat shows what a config asks for and does not get', async () => {
  const config = { effort: 'high', env: { LD_PRELOAD: 'x' }, args: ['--yolo'], instructions: 'Be kind.' }
  const { turns, shown: said } = await run([completed], { config })
  expect(turns[0]).toMatchObject({ effort: null, env: {}, args: [], instructions: 'Be kind.' })
  expect(said).toEqual([
    'This agent’s CLI does not support its config’s effort.',
    'The daemon’s --allow-env does not name LD_PRELOAD, which the config sets.',
    'The daemon’s --allow-arg does not name --yolo, which the config adds.',
  ])
})

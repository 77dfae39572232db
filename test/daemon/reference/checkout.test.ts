import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Adapter } from '../../../src/daemon/adapters/adapter.js'
import { readCheckout } from '../../../src/daemon/reference/checkout.js'
import { runWith } from '../../../src/daemon/reference/run-task.js'
import { directory } from '../adapters/fake-program.js'
import { isAlive, pidIn } from '../adapters/shell-agent.js'
import { FakeQueue } from '../client/fake-queue.js'

interface Asked {
  root: string
  line: string
  metadata?: unknown
  conversation?: string
  limitSeconds?: number
  offered?: string
  signal?: AbortSignal
}

/** Runs one turn of a conversation with a checkout command, and an agent that notes where it works. */
async function turn({ root, line, metadata = null, conversation = 'chat_1', limitSeconds = 60, ...asked }: Asked) {
  const queue = new FakeQueue()
  queue.enqueue({ conversation })
  const answer = queue.handle('ClaimTasks', { requestId: 'r', max: 1, runtimeIds: [] })
  const [claim] = 'claimTasks' in answer ? answer.claimTasks.claims : []
  if (claim === undefined) throw new Error('A task was queued.')
  const worked: string[] = []
  const shown: string[] = []
  const adapter: Adapter = {
    provider: 'fake',
    cliVersion: null,
    account: null,
    store: null,
    permissions: 'all',
    cannot: [],
    run: async ({ workDir }) => {
      worked.push(workDir)
      return { kind: 'completed', output: 'Done.', result: null, sessionId: null, transcriptMissing: false }
    },
  }
  const machine = { environment: { PATH: '/usr/bin:/bin' } }
  const checkout = { command: readCheckout(line), limitSeconds, machine }
  const operator = {
    idleSeconds: null,
    totalSeconds: null,
    allowed: { env: [], args: [] },
    adopts: [],
    handoffBytes: 0,
    checkout,
  }
  const result = await runWith(
    [adapter],
    root,
    operator,
  )(
    { ...claim, priorWorkDir: asked.offered ?? null, task: { ...claim.task, metadata } },
    {
      signal: asked.signal ?? new AbortController().signal,
      start: async () => undefined,
      pin: async () => undefined,
      progress: (entry) => void shown.push(typeof entry === 'string' ? entry : entry.text),
      handoff: async () => null,
    },
  )
  return { result, worked, shown }
}

/** A script as a program of its own, so that no shell reads the command line. */
async function script(body: string): Promise<string> {
  const program = join(await directory(), 'fill')
  await writeFile(program, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return program
}

test('a new directory is filled before the agent works in it, and only then', async () => {
  const root = await directory()
  const program = await script('echo "$1" >> ../calls; echo code > file')
  const line = `${program} {dir} {conversation} {metadata}`
  const first = await turn({ root, line })
  expect(first.result).toMatchObject({ output: 'Done.' })
  expect(first.worked).toEqual([join(root, 'chat_1')])
  expect(first.shown).toEqual([`Filled the new directory ${join(root, 'chat_1')} with the checkout command.`])
  await turn({ root, line })
  await turn({ root, line, offered: join(root, 'chat_1') })
  expect(readFileSync(join(root, 'calls'), 'utf8')).toBe(`${join(root, 'chat_1')}\n`)
  await turn({ root, line, conversation: 'chat_2' })
  expect(readFileSync(join(root, 'chat_2', 'file'), 'utf8')).toBe('code\n')
})

test('metadata of a task becomes one argument and one variable, and is never executed', async () => {
  const root = await directory()
  const metadata = { branch: '"; touch ran; $(touch ran) `touch ran` --upload-pack=x', quote: "it's" }
  const program = await script(
    `printf '%s\\n' "$#" "$1" > ../told; printf '%s' "$BATON_METADATA" > ../variable; ls > ../ls`,
  )
  await turn({ root, line: `${program} --about={metadata}`, metadata })
  expect(readFileSync(join(root, 'told'), 'utf8')).toBe(`1\n--about=${JSON.stringify(metadata)}\n`)
  expect(readFileSync(join(root, 'variable'), 'utf8')).toBe(JSON.stringify(metadata))
  expect(readFileSync(join(root, 'ls'), 'utf8')).toBe('')
  const ofShell = `sh -c 'printf %s "$BATON_CONVERSATION" > conversation'`
  await turn({ root, line: ofShell, conversation: 'chat_3' })
  expect(readFileSync(join(root, 'chat_3', 'conversation'), 'utf8')).toBe('chat_3')
})

test.each([`sh -c 'git clone {metadata}'`, `sh -c "x;{conversation}"`, `sh -c 'cd "{dir}"'`])(
  'a placeholder inside a script is refused when the daemon starts: %s',
  (line) => {
    expect(() => readCheckout(line)).toThrow(/must be an argument of its own.*\$BATON_METADATA/)
  },
)

test('a failed checkout fails the turn with its last lines, and the next turn creates the directory anew', async () => {
  const root = await directory()
  const program = await script(
    'if [ -e ../mended ]; then ls > ../found; exit 0; fi; echo half > file; echo "fatal: 401 Unauthorized" >&2; echo Cloning.; exit 128',
  )
  const { result, worked, shown } = await turn({ root, line: `${program} {dir}` })
  const error = `The new work directory ${join(root, 'chat_1')} could not be filled: the checkout command ended with status 128.`
  expect(result).toMatchObject({ failureReason: 'checkout_failed', error: expect.stringContaining(error) as string })
  // Words that read like another failure are shown, and not judged.
  expect(shown.join()).toContain('Cloning.\nfatal: 401 Unauthorized')
  expect(worked).toEqual([])
  const again = await turn({ root, line: `${program} {dir}`, offered: join(root, 'chat_1') })
  expect(again.result).toMatchObject({ failureReason: 'checkout_failed' })
  await writeFile(join(root, 'mended'), '')
  const { result: good } = await turn({ root, line: `${program} {dir}`, offered: join(root, 'chat_1') })
  expect(good).toMatchObject({ output: 'Done.' })
  expect(readFileSync(join(root, 'found'), 'utf8')).toBe('')
})

test('harmless last lines are in the error itself', async () => {
  const { result } = await turn({ root: await directory(), line: await script('echo "No such branch." >&2; exit 1') })
  expect(result).toMatchObject({ error: expect.stringMatching(/ended with status 1\.\nNo such branch\.$/) as string })
  const { result: missing } = await turn({ root: await directory(), line: '/nowhere/fill' })
  expect(missing).toMatchObject({
    failureReason: 'checkout_failed',
    error: expect.stringContaining('ENOENT') as string,
  })
})

test('a cancellation and the time limit end the checkout with all of its processes', async () => {
  const root = await directory()
  const program = await script('sleep 300 &\necho $! > ../pid; wait')
  const cancel = new AbortController()
  const cancelled = turn({ root, line: program, signal: cancel.signal })
  const pid = await pidIn(join(root, 'pid'))
  cancel.abort()
  expect((await cancelled).result).toMatchObject({ error: expect.stringContaining('was stopped') as string })
  expect(isAlive(pid)).toBe(false)
  const { result } = await turn({ root, line: program, limitSeconds: 0.2 })
  expect(result).toMatchObject({ error: expect.stringContaining('took longer than 0.2 s') as string })
})

test('an existing directory is used unchanged', async () => {
  const root = await directory()
  await mkdir(join(root, 'chat_1'))
  const { worked } = await turn({ root, line: await script('touch filled') })
  expect(worked).toEqual([join(root, 'chat_1')])
  expect(existsSync(join(root, 'chat_1', 'filled'))).toBe(false)
})

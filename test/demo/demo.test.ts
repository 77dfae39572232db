import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { databaseOf, openDemoDirectory } from '../../src/demo/demo-directory.js'
import { adminTokenOf, demoCommand, startDemo } from '../support/demo-process.js'
import type { DemoProcess } from '../support/demo-process.js'
import { freePort } from '../support/free-port.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { emptyDirectory, startInVain } from '../support/server-process.js'

const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))

/** For what hangs. A first start tells a whole day, on whatever machine. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

interface Node {
  [field: string]: unknown
}

describe('the demo', () => {
  let demo: DemoProcess

  beforeAll(async () => {
    demo = await startDemo()
  })

  async function ask(query: string): Promise<Record<string, unknown>> {
    const { data, errors } = await requestGraphQL(demo.url, adminTokenOf(demo), query)
    expect(errors).toEqual([])
    return data ?? {}
  }

  const nodes = (connection: unknown): Node[] => (connection as { nodes: Node[] }).nodes

  it('has a day of history with every reason that a server finds itself', async () => {
    const { resumeStats } = await ask('{ resumeStats { byReason { reason count } } }')
    const reasons = (resumeStats as { byReason: { reason: string; count: number }[] }).byReason
      .filter(({ count }) => count > 0)
      .map(({ reason }) => reason)
    expect(new Set(reasons)).toEqual(
      new Set([
        ...['SAME_RUNTIME', 'NO_PRIOR_SESSION', 'RUNTIME_MISMATCH', 'SESSION_POISONED', 'SESSION_RETIRED'],
        ...['SESSION_RESET', 'SESSION_NOT_DURABLE', 'RESUME_FAILING', 'AGENT_CHANGED', 'ACCOUNT_CHANGED'],
        ...['STORE_CHANGED', 'TOO_OLD', 'FORCED_FRESH', 'RESUME_DISABLED'],
      ]),
    )
    const log = await wholeLog()
    const times = log.map(({ occurredAt }) => Date.parse(String(occurredAt)))
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    const hours = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 3_600_000
    expect(hours).toBeGreaterThan(22)
    expect(hours).toBeLessThan(26)
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now())
  })

  it('has refused resumes, overflows, crashes, late pins, reruns, retries and moves', async () => {
    const log = await wholeLog()
    const of = (type: string) => log.filter((event) => event['type'] === type).map(({ data }) => data as Node)
    expect(of('TASK_STARTED').some(({ resumeResult }) => resumeResult === 'REFUSED')).toBe(true)
    expect(of('SESSION_PINNED').some(({ cancelledVersion }) => cancelledVersion != null)).toBe(true)
    expect(of('TASK_ENQUEUED').some(({ rerunOf }) => rerunOf != null)).toBe(true)
    expect(of('TASK_ENQUEUED').some(({ retryOf }) => retryOf != null)).toBe(true)
    expect(of('TASK_RETARGETED').length).toBe(1)
    const failures = new Set(of('TASK_FAILED').map(({ failureReason }) => failureReason))
    expect(failures).toEqual(new Set(['context_overflow', 'runtime_recovery', 'provider_network', 'agent_error']))
    expect(of('TASK_CLAIMED').some(({ decision }) => (decision as Node)['continuityGap'] === true)).toBe(true)
  })

  it('hands the earlier turns to a moved agent, and says in the chat where its session lives', async () => {
    const { chatSessions } = await ask(`{ chatSessions(filter: { search: "flaky checkout" }) {
      nodes { tasks(first: 30) { nodes { handoff { range { turns } } progress(first: 10) { nodes { text } } } } } } }`)
    const tasks = nodes(chatSessions).flatMap(({ tasks: some }) => nodes(some))
    const told = tasks.flatMap(({ progress }) => nodes(progress).map(({ text }) => String(text)))
    expect(told).toContain(
      'Started fresh because the session lives on maria-mbp.local. Told the agent 3 earlier turns.',
    )
  })

  it('ends with a lost machine, a busy agent, and machines that answer', async () => {
    const { runtimes, tasks } = await ask(`{
      runtimes { nodes { name status queueDepth } }
      tasks(filter: { status: [QUEUED, RUNNING] }) { nodes { status agent { name maxConcurrentTasks } runtime { name } } }
    }`)
    expect(nodes(runtimes)).toContainEqual({ name: 'attic-nuc / claude', status: 'OFFLINE', queueDepth: 3 })
    expect(nodes(runtimes).filter(({ status }) => status === 'ONLINE').length).toBe(3)
    const watching = nodes(tasks).filter(({ agent }) => (agent as Node)['name'] === 'Night watch')
    expect(watching.map(({ status }) => status).toSorted()).toEqual(['QUEUED', 'QUEUED', 'RUNNING'])
    const { chatSessions } = await ask('{ chatSessions(filter: { search: "newcomer" }) { nodes { id } } }')
    const [chat] = nodes(chatSessions)
    await ask(
      `mutation { sendChatMessage(input: { chatSessionId: "${String(chat?.['id'])}", content: "Hello" }) { task { id } } }`,
    )
    const answers = async () => {
      const { chatSession } = await ask(
        `{ chatSession(id: "${String(chat?.['id'])}") { messages(last: 1) { nodes { role content } } } }`,
      )
      return nodes((chatSession as Node)['messages'])
    }
    await expect
      .poll(answers, { timeout: 60_000 })
      .toEqual([{ role: 'ASSISTANT', content: expect.stringContaining('I am a scripted agent') as string }])
  })

  it('starts again with its history, which verify proves', async () => {
    const before = await wholeLog()
    expect(await demo.stop()).toBe(0)
    await provesItself()
    demo = await startDemo(demo.directory)
    expect(demo.output.stdout).not.toContain('Creating a day')
    expect((await wholeLog()).slice(0, before.length)).toEqual(before)
  })

  it('is the only one in its directory', async () => {
    const other = await startInVain({
      command: [...demoCommand(demo.directory, await freePort()), '--fresh'],
      dataDirectory: demo.directory,
    })
    expect([other.child.exitCode, other.output.stderr]).toEqual([1, expect.stringContaining('has the data directory')])
    expect((await wholeLog()).length).toBeGreaterThan(300)
  })

  async function wholeLog(): Promise<Node[]> {
    const log: Node[] = []
    for (;;) {
      const after = (log.at(-1)?.['position'] as string | undefined) ?? '0'
      const { sessionEvents } = await ask(
        `{ sessionEvents(after: "${after}", first: 100) { position type data occurredAt } }`,
      )
      log.push(...(sessionEvents as Node[]))
      if ((sessionEvents as Node[]).length < 100) return log
    }
  }

  async function provesItself(): Promise<void> {
    const env = { PATH: process.env['PATH'], BATON_DATA_DIR: databaseOf(demo.directory) }
    const { stdout } = await promisify(execFile)(process.execPath, [BATON, 'verify'], { env })
    expect(stdout).toContain('Every promise holds.')
    expect(stdout).toContain('cross-runtime resumes 0')
  }
})

describe('the directory of a demo', () => {
  it('is emptied if its history is incomplete', async () => {
    const directory = join(emptyDirectory(), 'demo')
    const state = await openDemoDirectory(directory, false)
    writeFileSync(join(directory, 'half'), '')
    const again = await openDemoDirectory(directory, false)
    expect(existsSync(join(directory, 'half'))).toBe(false)
    expect(again.adminToken).not.toBe(state.adminToken)
  })

  it('is refused in one sentence if it cannot be used', async () => {
    const file = join(emptyDirectory(), 'file')
    writeFileSync(file, '')
    const { child, output } = await startInVain({ command: demoCommand(file, 1), dataDirectory: file })
    expect([child.exitCode, output.stderr]).toEqual([
      1,
      `${file} is not a directory. Move the file away, or name another one with --directory.\n`,
    ])
  })

  it('is never one with other content', async () => {
    const directory = join(emptyDirectory(), 'mine')
    mkdirSync(directory)
    writeFileSync(join(directory, 'thesis.txt'), 'mine')
    await expect(openDemoDirectory(directory, true)).rejects.toThrow('is not the directory of a demo')
    expect(readFileSync(join(directory, 'thesis.txt'), 'utf8')).toBe('mine')
  })
})

import type { Client, ResultOf, Sender, VariablesOf } from '../client/client.js'
import type { ResumeResult } from '../client/claim-calls.js'
import type { Claim } from '../client/held-claims.js'
import { pause } from '../client/pause.js'
import { monotonicMs } from '../clock.js'
import { newRequestId } from '../ids.js'
import { Broken } from './expectations.js'
import type { Operations } from './operation-types.js'

export type People = Sender<Operations>
type TaskNow = NonNullable<Operations['TaskNow']['result']['task']>
type Key = { taskId: string; claimToken: string }

/** How long the server may take for what it does by itself, beyond its own timers. */
const PATIENCE_MS = 15_000

/** A check's own runtime and agent, and the calls of people and of a daemon. Every call is sent once. */
export class Scene {
  constructor(
    readonly people: People,
    readonly daemon: Client,
    readonly place: { daemonId: string; runtimeId: string; agentId: string },
    readonly timers: ResultOf<'ServerTimers'>['serverTimers'],
  ) {}

  /** Enqueues a task in the conversation of this issue. */
  async enqueue(issueKey: string, more: { availableAt?: string } = {}): Promise<string> {
    const { agentId } = this.place
    const { enqueueTask } = await this.people.send('EnqueueTask', {
      input: { agentId, issueKey, prompt: 'A conformance check. There is nothing to do.', ...more },
    })
    return enqueueTask.task.id
  }

  async ask(more: { requestId?: string; leaseSeconds?: number; max?: number } = {}): Promise<Claim[]> {
    const input = { runtimeIds: [this.place.runtimeId], requestId: newRequestId(), ...more }
    return (await this.daemon.send('ClaimTasks', { input })).claimTasks.claims
  }

  /** Claims until there is a task; throws Broken if there is none in time. */
  async claim(more: { leaseSeconds?: number } = {}): Promise<Claim> {
    const [claim] = await this.until(
      'a task can be claimed',
      () => this.ask(more),
      (claims) => claims.length > 0,
    )
    if (claim === undefined) throw new Broken('a task can be claimed: found none')
    return claim
  }

  async start(claim: Claim, resumeResult: ResumeResult = 'NOT_ATTEMPTED'): Promise<void> {
    await this.daemon.send('StartTask', { input: { ...keyOf(claim), resumeResult } })
  }

  async pin(claim: Claim, sessionId: string): Promise<boolean> {
    const input = { ...keyOf(claim), sessionId, workDir: '/conformance' }
    return (await this.daemon.send('PinTaskSession', { input })).pinTaskSession.accepted
  }

  async complete(claim: Claim, ending: Partial<VariablesOf<'CompleteTask'>['input']> = {}): Promise<void> {
    await this.daemon.send('CompleteTask', { input: { ...keyOf(claim), ...ending } })
  }

  async beat(...claims: Claim[]): Promise<string[]> {
    const { daemonId, runtimeId } = this.place
    const input = { daemonId, runtimeIds: [runtimeId], claims: claims.map(keyOf) }
    return (await this.daemon.send('Heartbeat', { input })).heartbeat.claims.map(({ verdict }) => verdict)
  }

  async now(taskId: string): Promise<TaskNow> {
    const { task } = await this.people.send('TaskNow', { id: taskId })
    if (task === null) throw new Broken(`task ${taskId} can be read: found none`)
    return task
  }

  async bindings(issueKey: string): Promise<{ sessionId: string; state: string }[]> {
    const { agentId } = this.place
    return (await this.people.send('Bindings', { agentId, issueKey })).issueThread?.bindings ?? []
  }

  /** Polls for as long as the server's timers allow. */
  async until<Found>(what: string, look: () => Promise<Found>, good: (found: Found) => boolean): Promise<Found> {
    const deadline = monotonicMs() + PATIENCE_MS + this.timers.sweep * 2000
    for (;;) {
      const found = await look()
      if (good(found)) return found
      if (monotonicMs() > deadline) throw new Broken(`${what}: not in time`)
      await pause(100)
    }
  }
}

export function keyOf({ task, claimToken }: Claim): Key {
  return { taskId: task.id, claimToken }
}

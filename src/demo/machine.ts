import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Adapter } from '../daemon/adapters/adapter.js'
import { runExec } from '../daemon/adapters/exec.js'
import { createDaemon } from '../daemon/client/create-daemon.js'
import type { Daemon } from '../daemon/client/create-daemon.js'
import type { Run } from '../daemon/client/run-claim.js'
import { agentEnvironment } from '../daemon/config.js'
import { runWith } from '../daemon/reference/run-task.js'

const AGENT_CLI = fileURLToPath(new URL('agent-cli.js', import.meta.url))

export interface MachineOptions {
  url: string
  token: string
  /** Also the daemon's id. */
  name: string
  /** Where its agents' transcripts and work directories are. */
  directory: string
  /** Milliseconds that its agents take for a step. */
  paceMs: number
  /** Told, when a run that has been started ends, of the lines its agent wrote: in the demo's day, those took time. */
  onRan?: (lines: readonly string[]) => void
  /** Default: the server's. */
  leaseSeconds?: number
}

export interface InstalledAgent {
  provider: string
  cliVersion: string
  /** Whose sessions these are. */
  account: string
  /** Where it keeps them, when that is not where it has always been. */
  store?: string
}

/** A simulated machine: a real daemon, whose agents are scripted programs that keep real transcripts. */
export class Machine {
  private daemon: Daemon | null = null
  private plugged = { in: true }
  private boots = 0
  private cutOff: Promise<void> | undefined
  private readonly processes = new Set<number>()

  constructor(
    private readonly options: MachineOptions,
    private installed: readonly InstalledAgent[],
  ) {}

  async start(installed: readonly InstalledAgent[] = this.installed): Promise<void> {
    this.installed = installed
    const { url, token, name, directory, leaseSeconds } = this.options
    this.plugged = { in: true }
    this.boots += 1
    const { plugged } = this
    const adapters = installed.map((agent) => this.adapterOf(agent))
    this.daemon = createDaemon({
      ...{ url, token, daemonId: name, ...(leaseSeconds !== undefined && { leaseSeconds }) },
      providers: installed.map(({ provider, cliVersion, account, store = name }) => ({
        ...{ provider, cliVersion, name: `${name} / ${provider}`, host: `${name}.local` },
        ...{ account: `acct-${account}`, store: `store-${store}` },
      })),
      run: this.timed(runWith(adapters, join(directory, 'work'))),
      outboxFile: join(directory, `outbox-${this.boots}.json`),
      fetch: async (...asked) => {
        if (!plugged.in) throw new Error('There is no power.')
        return fetch(...asked)
      },
    })
    this.daemon.stopped.catch(() => undefined)
    await this.daemon.start()
  }

  /** Shut down: what runs is given a moment to end. */
  async stop(graceSeconds = 0): Promise<void> {
    const { daemon } = this
    this.daemon = null
    await Promise.all([daemon?.stop({ graceSeconds }), this.cutOff])
  }

  /** The power is cut: nothing is said to anybody, and no agent writes another byte. */
  pullThePlug(): void {
    this.plugged.in = false
    for (const pid of this.processes) process.kill(-pid, 'SIGKILL')
    // What is left of it in this process gives up after a while.
    this.cutOff = this.daemon?.stop({ graceSeconds: 0 })
    this.daemon = null
  }

  private timed(run: Run): Run {
    return async (claim, context) => {
      const lines: string[] = []
      const result = await run(claim, {
        ...context,
        progress: (entry) => {
          lines.push(typeof entry === 'string' ? entry : entry.text)
          context.progress(entry)
        },
      })
      // Resolves when the server has heard of the start.
      await context.start()
      this.options.onRan?.(lines)
      return result
    }
  }

  private adapterOf({ provider, cliVersion, account }: InstalledAgent): Adapter {
    const { directory, paceMs } = this.options
    const store = join(directory, `transcripts-${provider}`)
    const exec = {
      command: [process.execPath, AGENT_CLI, store, String(paceMs), '{prompt}', '{sessionId}'] as [string, ...string[]],
      machine: { environment: agentEnvironment(), track: ({ pid }: { pid: number }) => this.track(pid) },
    }
    return {
      ...{ provider, cliVersion, account, store, permissions: 'all', cannot: [] },
      async run(turn) {
        const end = await runExec(exec, turn)
        if (end.kind === 'refused' || end.sessionId === null) return end
        const ending = { ...end, transcriptMissing: !existsSync(join(store, `${end.sessionId}.jsonl`)) }
        // Everything before its last line is what it did, not what it answers.
        return ending.kind === 'completed' ? { ...ending, output: ending.output.split('\n').at(-1) ?? '' } : ending
      },
    }
  }

  private track(pid: number): () => void {
    this.processes.add(pid)
    return () => this.processes.delete(pid)
  }
}

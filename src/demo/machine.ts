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
  /** The machine's name and its daemon's id. */
  name: string
  /** The directory of its agents' transcripts and work directories. */
  directory: string
  /** The duration of an agent's step, in milliseconds. */
  paceMs: number
  /** Called when a started run ends, with the lines that its agent printed: in the demo's day, these take time. */
  onRan?: (lines: readonly string[]) => void
  /** Default: the server's. */
  leaseSeconds?: number
}

export interface InstalledAgent {
  provider: string
  cliVersion: string
  /** The fingerprint of the account that owns the sessions. */
  account: string
  /** The session store, if it is not the original one. */
  store?: string
}

/** A simulated machine: a real daemon with agents that are scripted programs and keep real transcripts. */
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
      url,
      token,
      daemonId: name,
      ...(leaseSeconds !== undefined && { leaseSeconds }),
      providers: installed.map(({ provider, cliVersion, account, store = name }) => ({
        provider,
        cliVersion,
        name: `${name} / ${provider}`,
        host: `${name}.local`,
        account: `acct-${account}`,
        store: `store-${store}`,
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

  /** Shuts the machine down. Running agents get a moment to end. */
  async stop(graceSeconds = 0): Promise<void> {
    const { daemon } = this
    this.daemon = null
    await Promise.all([daemon?.stop({ graceSeconds }), this.cutOff])
  }

  /** Cuts the power: nothing more is sent, and no agent writes another byte. */
  pullThePlug(): void {
    this.plugged.in = false
    for (const pid of this.processes) process.kill(-pid, 'SIGKILL')
    // The rest of the daemon in this process gives up after a while.
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
      // Resolves when the server has received the start.
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
      provider,
      cliVersion,
      account,
      store,
      permissions: 'all',
      cannot: [],
      async run(turn) {
        const end = await runExec(exec, turn)
        if (end.kind === 'refused' || end.sessionId === null) return end
        const ending = { ...end, transcriptMissing: !existsSync(join(store, `${end.sessionId}.jsonl`)) }
        // The last line is the answer. The lines before it are progress.
        return ending.kind === 'completed' ? { ...ending, output: ending.output.split('\n').at(-1) ?? '' } : ending
      },
    }
  }

  private track(pid: number): () => void {
    this.processes.add(pid)
    return () => this.processes.delete(pid)
  }
}

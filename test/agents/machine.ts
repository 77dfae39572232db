import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { insist } from '../faults/restless-client.js'
import { ended, hasEnded } from '../support/child-process-end.js'
import { ADMIN_TOKEN } from '../support/server-process.js'
import { build } from '../support/spawned-server.js'
import type { AgentCli } from './clis/agent-cli.js'
import { processesWith } from './processes.js'
import type { FoundProcess } from './processes.js'
import { until } from './until.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RUNTIMES = `{ runtimes(first: 100) { nodes { id daemonId provider status } } }`
const TOKEN = `mutation ($id: String!) { createToken(input: { name: $id, kind: DAEMON, daemonId: $id }) { secret } }`

interface Runtimes {
  runtimes: { nodes: { id: string; daemonId: string; provider: string; status: string }[] }
}

export interface MachineOptions {
  /** What its daemon runs. */
  run: readonly AgentCli[]
  /** The folder that the CLIs are installed in. */
  clis: string
  modelUrl: string
  serverUrl: string
  daemonId: string
  /** A directory of its own: the home and the work root are made in it. */
  directory: string
  /** More options for its daemon. */
  args: readonly string[]
}

/** A machine with a home and a work root of its own, on which the reference daemon runs real CLIs. */
export class Machine {
  /** By provider. */
  runtimeIds: Readonly<Record<string, string>> = {}
  /** All that its daemons have written. */
  log = ''
  #daemon: ChildProcess | null = null
  #token = ''

  constructor(private readonly options: MachineOptions) {
    mkdirSync(this.home, { recursive: true })
    for (const cli of options.run) {
      for (const [name, text] of Object.entries(cli.settings(this.#around()))) {
        const file = join(this.home, name)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, text)
      }
    }
  }

  get home(): string {
    return join(this.options.directory, 'home')
  }

  /** Resolves when the server knows its runtimes. */
  async start(): Promise<void> {
    const { run, serverUrl, daemonId, args, directory } = this.options
    await build()
    this.#token ||= await tokenOf(serverUrl, daemonId)
    const own = ['--url', `${serverUrl}/graphql`, '--workdir', join(directory, 'work'), '--daemon-id', daemonId]
    const agents = run.flatMap((cli) => cli.daemonArgs(this.#around()))
    const daemon = spawn(process.execPath, [join(ROOT, 'dist/daemon/reference/main.js'), ...own, ...agents, ...args], {
      cwd: directory,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    }
    this.#daemon = daemon
    this.runtimeIds = await until(`${daemonId} registers`, async () => {
      if (hasEnded(daemon)) throw new Error(`The daemon ended: ${this.log}`)
      const { runtimes } = await insist<Runtimes>([serverUrl], ADMIN_TOKEN, RUNTIMES, {})
      const own = runtimes.nodes.filter((one) => one.daemonId === daemonId && one.status === 'ONLINE')
      if (own.length < run.length) return null
      return Object.fromEntries(own.map(({ provider, id }) => [provider, id]))
    })
  }

  runtimeOf({ provider }: AgentCli): string {
    return this.runtimeIds[provider] ?? ''
  }

  /** Ends its daemon, as an operator does or harder, and waits for the end of that. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#daemon === null) return
    this.#daemon.kill(signal)
    await ended(this.#daemon)
    this.#daemon = null
  }

  /** Everything that runs on it but its daemon. */
  processes(): FoundProcess[] {
    return processesWith(`HOME=${this.home}`).filter(({ pid }) => pid !== this.#daemon?.pid)
  }

  /** The CLIs that its daemon has started and that run now. */
  runningClis(): FoundProcess[] {
    return this.processes().filter(({ parent }) => parent === this.#daemon?.pid)
  }

  /** A CLI's whole store, as a person or a clean-up deletes it. */
  loseTranscripts({ transcripts }: AgentCli): void {
    for (const path of transcripts) rmSync(join(this.home, path), { recursive: true, force: true })
  }

  #around() {
    const { clis, modelUrl } = this.options
    return { clis, modelUrl, home: this.home }
  }

  /** Nothing of this process's own environment, so nothing of a developer's accounts. */
  #environment(): Record<string, string> {
    const path = [
      join(this.options.clis, 'node_modules/.bin'),
      dirname(process.execPath),
      '/usr/local/bin:/usr/bin:/bin',
    ]
    return {
      PATH: path.join(':'),
      HOME: this.home,
      BATON_TOKEN: this.#token,
      LANG: 'C.UTF-8',
      ...Object.fromEntries(this.options.run.flatMap((cli) => Object.entries(cli.environment(this.#around())))),
    }
  }
}

async function tokenOf(serverUrl: string, id: string): Promise<string> {
  const { createToken } = await insist<{ createToken: { secret: string } }>([serverUrl], ADMIN_TOKEN, TOKEN, { id })
  return createToken.secret
}

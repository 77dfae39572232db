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
  cli: AgentCli
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

/** A machine with a home and a work root of its own, on which the reference daemon runs one real CLI. */
export class Machine {
  runtimeId = ''
  /** All that its daemons have written. */
  log = ''
  #daemon: ChildProcess | null = null
  #token = ''

  constructor(private readonly options: MachineOptions) {
    const { cli } = options
    mkdirSync(this.home, { recursive: true })
    for (const [name, text] of Object.entries(cli.settings(this.#around()))) {
      const file = join(this.home, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  }

  get home(): string {
    return join(this.options.directory, 'home')
  }

  /** Resolves when the server knows its runtime. */
  async start(): Promise<void> {
    const { cli, serverUrl, daemonId, args, directory } = this.options
    await build()
    this.#token ||= await tokenOf(serverUrl, daemonId)
    const own = ['--url', `${serverUrl}/graphql`, '--workdir', join(directory, 'work'), '--daemon-id', daemonId]
    const main = join(ROOT, 'dist/daemon/reference/main.js')
    const daemon = spawn(process.execPath, [main, ...own, ...cli.daemonArgs(this.#around()), ...args], {
      cwd: directory,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    }
    this.#daemon = daemon
    this.runtimeId = await until(`${daemonId} registers its ${cli.provider}`, async () => {
      if (hasEnded(daemon)) throw new Error(`The daemon ended: ${this.log}`)
      const { runtimes } = await insist<Runtimes>([serverUrl], ADMIN_TOKEN, RUNTIMES, {})
      const own = (one: Runtimes['runtimes']['nodes'][0]) => one.daemonId === daemonId && one.provider === cli.provider
      return runtimes.nodes.find((one) => own(one) && one.status === 'ONLINE')?.id ?? null
    })
  }

  /** SIGTERM ends it as an operator does: what runs is given up at once. */
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

  /** The CLI that its daemon has started. */
  cli(): FoundProcess {
    const cli = this.processes().find(({ parent }) => parent === this.#daemon?.pid)
    if (cli === undefined) throw new Error('The daemon runs no CLI.')
    return cli
  }

  /** The CLI's whole store, as a person or a clean-up deletes it. */
  loseTranscripts(): void {
    for (const path of this.options.cli.transcripts) rmSync(join(this.home, path), { recursive: true })
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
      ...{ PATH: path.join(':'), HOME: this.home, BATON_TOKEN: this.#token, LANG: 'C.UTF-8' },
      ...this.options.cli.environment(this.#around()),
    }
  }
}

async function tokenOf(serverUrl: string, id: string): Promise<string> {
  const { createToken } = await insist<{ createToken: { secret: string } }>([serverUrl], ADMIN_TOKEN, TOKEN, { id })
  return createToken.secret
}

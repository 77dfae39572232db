import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentCli } from './clis/agent-cli.js'
import type { CliUnderTest } from './cli-under-test.js'
import { Conversation } from './conversation.js'
import { Machine } from './machine.js'
import type { ModelServer } from './model/model-server.js'
import { kill } from './processes.js'

/** What a stopped daemon may still wait for until the agents' processes are gone. */
const WINDING_UP_MS = 30_000

/** One situation's machines and conversations. */
export class Stage {
  readonly #machines: Machine[] = []
  readonly #conversations: Conversation[] = []
  readonly #directories: string[] = []

  constructor(
    private readonly underTest: CliUnderTest,
    private readonly letter: string,
  ) {}

  get model(): ModelServer {
    return this.underTest.model
  }

  get cli(): AgentCli {
    return this.underTest.cli
  }

  /** A new machine, whose daemon runs; `args` are more options for that. */
  async machine(...args: string[]): Promise<Machine> {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'baton-machine-')))
    this.#directories.push(directory)
    const { cli, clis, model, server } = this.underTest
    const daemonId = `${cli.provider}-${this.letter}${this.#machines.length + 1}`
    const urls = { modelUrl: model.url, serverUrl: server.url }
    const machine = new Machine({ run: [cli], clis, ...urls, daemonId, directory, args })
    this.#machines.push(machine)
    await machine.start()
    return machine
  }

  async conversation(machine: Machine, policy?: object): Promise<Conversation> {
    const { model, server } = this.underTest
    const open = { model, runtimeId: machine.runtimeOf(this.cli), letters: this.letter, ...(policy && { policy }) }
    const conversation = await Conversation.open(server.url, open)
    this.#conversations.push(conversation)
    return conversation
  }

  /** Moves a conversation's agent to another machine. */
  async move(conversation: Conversation, machine: Machine, policy?: object): Promise<void> {
    await conversation.move(machine.runtimeOf(this.cli), policy)
  }

  /** A command that runs for long, and that no other situation runs. */
  longCommand(): string {
    return `sleep 900.00${this.letter.charCodeAt(0)}`
  }

  log(): string {
    return [...this.#machines.map(({ log }) => log), ...this.#conversations.flatMap(({ errors }) => errors)].join('\n')
  }

  /** Ends the daemons; a line for each process that does not end with them. */
  async leftOver(): Promise<string[]> {
    await Promise.all(this.#machines.map((machine) => machine.stop()))
    const deadline = performance.now() + WINDING_UP_MS
    while (this.#processes().length > 0 && performance.now() < deadline) await sleep(100)
    return this.#processes().map(({ command }) => `left running: ${command.slice(0, 100)}`)
  }

  async clear(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => machine.stop('SIGKILL')))
    for (const { pid } of this.#processes()) kill(pid)
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }

  #processes() {
    return this.#machines.flatMap((machine) => machine.processes())
  }
}

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/free-port.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import type { ServerProcess } from '../../support/server-process.js'
import type { AgentCli } from '../clis/agent-cli.js'
import { Machine } from '../machine.js'
import { kill } from '../processes.js'
import { ModelServer } from '../model/model-server.js'
import { Messages } from './messages.js'

/** Of each daemon. */
export const SLOTS = 3
const MACHINES = 2
/** An agent that does nothing is ended soon, a stopped daemon waits for nothing. */
const DAEMON = ['--slots', String(SLOTS), '--grace', '1', '--idle-limit', '45', '--background-wait', '2']

/** A server, a model, and machines that all run the same CLIs. */
export class SoakWorld {
  private constructor(
    readonly clis: readonly AgentCli[],
    readonly model: ModelServer,
    readonly machines: readonly Machine[],
    readonly messages: Messages,
    private readonly directories: readonly string[],
    private readonly settings: Record<string, string>,
    private server: ServerProcess,
  ) {}

  static async open(clis: readonly AgentCli[], folder: string): Promise<SoakWorld> {
    const settings = {
      BATON_ADMIN_TOKEN: ADMIN_TOKEN,
      BATON_LOG_LEVEL: 'fatal',
      PORT: String(await freePort()),
    }
    const [model, server] = [await ModelServer.start(), await startServer({ env: settings })]
    const directories = Array.from({ length: MACHINES }, () => realpathSync(mkdtempSync(join(tmpdir(), 'baton-soak-'))))
    const machines = directories.map((directory, n) => {
      const urls = { modelUrl: model.url, serverUrl: server.url }
      return new Machine({ run: clis, clis: folder, ...urls, daemonId: `soak-${n}`, directory, args: DAEMON })
    })
    for (const machine of machines) await machine.start()
    return new SoakWorld(clis, model, machines, new Messages(server.url), directories, settings, server)
  }

  get dataDirectory(): string {
    return this.server.dataDirectory
  }

  async killServer(): Promise<void> {
    const { dataDirectory } = this.server
    await this.server.stop('SIGKILL')
    this.server = await startServer({ env: this.settings, dataDirectory })
  }

  async stopServer(): Promise<void> {
    await this.server.stop()
  }

  async close(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.stop('SIGKILL')))
    for (const { pid } of this.machines.flatMap((machine) => machine.processes())) kill(pid)
    await this.model.close()
    for (const directory of this.directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

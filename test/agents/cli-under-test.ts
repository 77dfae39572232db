import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import type { AgentCli } from './clis/agent-cli.js'
import { ModelServer } from './model/model-server.js'
import { Stage } from './stage.js'

/** A server and a model, for all situations of one CLI. */
export class CliUnderTest {
  #situations = 0

  private constructor(
    readonly cli: AgentCli,
    readonly clis: string,
    readonly model: ModelServer,
    readonly server: ServerProcess,
  ) {}

  static async open(cli: AgentCli, clis: string): Promise<CliUnderTest> {
    const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_LOG_LEVEL: 'fatal' }
    return new CliUnderTest(cli, clis, await ModelServer.start(), await startServer({ env }))
  }

  async close(): Promise<void> {
    await this.server.stop()
    await this.model.close()
  }

  /** Plays a situation on machines of its own; returns what happened, and what was left of it. */
  async play(situation: (stage: Stage) => Promise<string[]>): Promise<{ lines: string[]; log: string }> {
    this.#situations += 1
    const stage = new Stage(this, String.fromCharCode(64 + this.#situations))
    try {
      const lines = await situation(stage)
      return { lines: [...lines, ...(await stage.leftOver())], log: stage.log() }
    } finally {
      await stage.clear()
    }
  }
}

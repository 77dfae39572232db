import { methods } from '@agentclientprotocol/sdk'
import type { McpServer, SessionConfigOption } from '@agentclientprotocol/sdk'
import type { AcpConnection } from './acp-connection.js'
import { messageOf } from './acp-errors.js'
import type { Turn } from './adapter.js'
import type { McpServerSettings } from './agent-settings.js'
import { modeFor } from './permissions.js'

/** Applies the turn's settings, and reports those that the agent does not accept as progress. */
export async function applySettings(connection: AcpConnection, sessionId: string, turn: Turn): Promise<void> {
  const { agent, offers } = connection
  const set = async (what: string, value: string, send: () => Promise<unknown>) => {
    try {
      await send()
    } catch (error) {
      const text = `The agent did not accept the ${what} ${value}: ${messageOf(error)}`
      turn.onProgress({ kind: 'warning', text })
    }
  }
  const option = (configId: string, value: string) =>
    agent.request(methods.agent.session.setConfigOption, { sessionId, configId, value })

  const modes = offers.modes?.availableModes.map(({ id }) => id) ?? []
  const mode = modeFor(turn.permissions, modes)
  if (mode !== null && mode !== (connection.mode ?? offers.modes?.currentModeId)) {
    await set('mode', mode, () => agent.request(methods.agent.session.setMode, { sessionId, modeId: mode }))
    connection.mode = mode
  }
  const { model, effort } = turn
  if (model !== null && model !== connection.model) {
    const models = optionOf(offers.configOptions, 'model')
    // Older versions of the protocol have a method for models instead of options; most agents still support it.
    await set('model', model, () =>
      models === null ? agent.request('session/set_model', { sessionId, modelId: model }) : option(models, model),
    )
    connection.model = model
  }
  if (effort === null) return
  const levels = optionOf(offers.configOptions, 'thought_level')
  await set('effort', effort, async () => {
    if (levels === null) throw new Error('it has no such option.')
    await option(levels, effort)
  })
}

/** MCP servers in the protocol's format. */
export function mcpServersOf(servers: Readonly<Record<string, McpServerSettings>>): McpServer[] {
  return Object.entries(servers).map(([name, server]) =>
    'command' in server
      ? { name, command: server.command, args: [...(server.args ?? [])], env: pairs(server.env) }
      : { name, type: server.type ?? 'http', url: server.url, headers: pairs(server.headers) },
  )
}

function pairs(values: Readonly<Record<string, string>> = {}): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }))
}

function optionOf(options: readonly SessionConfigOption[] | null | undefined, category: string): string | null {
  return options?.find((one) => one.category === category)?.id ?? null
}

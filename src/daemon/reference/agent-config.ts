import type { AgentSettings, McpServerSettings } from '../adapters/agent-settings.js'
import { isRecord, text } from '../adapters/child-process.js'
import { narrower, PERMISSIONS } from '../adapters/permissions.js'
import type { Permissions } from '../adapters/permissions.js'

/** What this machine's operator allows an agent's config to set. */
export interface Allowed {
  permissions: Permissions
  /** Names of variables. */
  env: readonly string[]
  /** Arguments; one that ends in `=` allows any value. */
  args: readonly string[]
  /** Keys of the config that this agent's CLI does not support. */
  cannot: readonly string[]
}

/** The settings that apply here, and a sentence for each key that does not. */
export interface Read {
  settings: AgentSettings
  notes: string[]
}

/**
 * Reads Agent.config. A value of a wrong type counts as missing, because the server refuses it when the config is
 * written.
 */
export function readConfig(config: unknown, allowed: Allowed): Read {
  const asked = isRecord(config) ? config : {}
  const notes = allowed.cannot
    .filter((key) => asked[key] !== undefined)
    .map((key) => `This agent’s CLI does not support its config’s ${key}.`)
  const known = Object.fromEntries(Object.entries(asked).filter(([key]) => !allowed.cannot.includes(key)))
  const permissions = PERMISSIONS.find((one) => one === known.permissions) ?? null
  if (permissions !== null && narrower(allowed.permissions, permissions) !== permissions) {
    notes.push(`The config asks for permissions ${permissions}; this daemon allows ${allowed.permissions}.`)
  }
  const env = Object.entries(isRecord(known.env) ? known.env : {}).filter(isText)
  const args = Array.isArray(known.args) ? known.args.filter((arg) => typeof arg === 'string') : []
  const refused = {
    env: env.filter(([name]) => !allowed.env.includes(name)).map(([name]) => name),
    args: args.filter((arg) => !isAllowed(arg, allowed.args)),
  }
  if (refused.env.length > 0) {
    notes.push(`The daemon’s --allow-env does not name ${refused.env.join(', ')}, which the config sets.`)
  }
  if (refused.args.length > 0) {
    notes.push(`The daemon’s --allow-arg does not name ${refused.args.join(', ')}, which the config adds.`)
  }
  const servers = mcpServers(known.mcpServers)
  // Whoever writes the config could otherwise choose a program to run on this machine.
  const programs = Object.entries(servers).filter(([, server]) => 'command' in server && allowed.permissions !== 'all')
  for (const [name] of programs) {
    notes.push(`The config’s MCP server ${name} is a program: this daemon starts it only with --permissions all.`)
    delete servers[name]
  }
  return {
    notes,
    settings: {
      model: named(known.model),
      instructions: text(known.instructions),
      permissions: narrower(allowed.permissions, permissions),
      effort: named(known.effort),
      env: Object.fromEntries(env.filter(([name]) => allowed.env.includes(name))),
      args: args.filter((arg) => isAllowed(arg, allowed.args)),
      mcpServers: servers,
    },
  }
}

/** A name that can never be taken for an option. */
function named(value: unknown): string | null {
  const name = text(value)
  return name !== null && /^[^\s"'\\-][^\s"'\\]*$/.test(name) ? name : null
}

function isAllowed(arg: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => (one.endsWith('=') ? arg.startsWith(one) : arg === one))
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string'
}

function mcpServers(value: unknown): Record<string, McpServerSettings> {
  const servers = isRecord(value) ? Object.entries(value) : []
  return Object.fromEntries(
    servers.flatMap(([name, one]) => {
      const server = isRecord(one) ? mcpServer(one) : null
      return server === null ? [] : [[name, server]]
    }),
  )
}

function mcpServer({ type, command, args, env, url, headers }: Record<string, unknown>): McpServerSettings | null {
  const texts = (value: unknown) => Object.fromEntries(Object.entries(isRecord(value) ? value : {}).filter(isText))
  if (typeof command === 'string') {
    return { command, args: Array.isArray(args) ? args.map(String) : [], env: texts(env) }
  }
  if (typeof url !== 'string') return null
  return { type: type === 'sse' ? 'sse' : 'http', url, headers: texts(headers) }
}

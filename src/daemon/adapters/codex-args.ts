import type { Turn } from './adapter.js'
import type { McpServerSettings } from './agent-settings.js'
import { codexFlags } from './permissions.js'

const OWN_PERMISSIONS = /^(?:--sandbox|-s\b|--full-auto|--approve-for-me|--dangerously|--yolo)|^sandbox_mode=/

/** The arguments and additional variables of one turn. Permissions in `extra`, the operator's arguments, take precedence. */
export function codexArgs(extra: readonly string[], turn: Turn): { args: string[]; env: Record<string, string> } {
  const args = ['exec', '--json', '--skip-git-repo-check', ...extra]
  if (!extra.some((arg) => OWN_PERMISSIONS.test(arg))) args.push(...codexFlags(turn.permissions))
  args.push(...turn.args)
  const env = { ...turn.env }
  const set = (key: string, value: string | readonly string[]) => args.push('-c', `${key}=${JSON.stringify(value)}`)
  if (turn.model !== null) set('model', turn.model)
  if (turn.effort !== null) set('model_reasoning_effort', turn.effort)
  if (turn.instructions !== null) set('developer_instructions', turn.instructions)
  for (const [name, server] of Object.entries(turn.mcpServers)) {
    for (const [key, value] of mcpSettings(server, env)) set(`mcp_servers.${JSON.stringify(name)}.${key}`, value)
  }
  if (turn.resume !== null) args.push('resume', '--', turn.resume)
  return { args: [...args, '-'], env }
}

/** Other users can see arguments, so values that may be secret are passed through the environment. */
function mcpSettings(server: McpServerSettings, env: Record<string, string>): [string, string | readonly string[]][] {
  if ('command' in server) {
    Object.assign(env, server.env)
    return [
      ['command', server.command],
      ['args', server.args ?? []],
      ['env_vars', Object.keys(server.env ?? {})],
    ]
  }
  const headers = Object.entries(server.headers ?? {}).map(([header, value]): [string, string] => {
    const name = `MCP_HEADER_${Object.keys(env).length}`
    env[name] = value
    return [`env_http_headers.${JSON.stringify(header)}`, name]
  })
  return [['url', server.url], ...headers]
}

import type { Permissions } from './permissions.js'

/** An MCP server as an agent's config names it: a program, or a URL. */
export type McpServerSettings =
  | { command: string; args?: readonly string[]; env?: Readonly<Record<string, string>> }
  | { type?: 'http' | 'sse'; url: string; headers?: Readonly<Record<string, string>> }

/** What an agent's config asks of its CLI, after the daemon has taken out what it does not allow. */
export interface AgentSettings {
  /** null leaves it to the CLI. */
  model: string | null
  /** Added to the CLI's own. */
  instructions: string | null
  permissions: Permissions
  /** How hard to think, in the CLI's own words. null leaves it to the CLI. */
  effort: string | null
  /** Added to the CLI's environment. */
  env: Readonly<Record<string, string>>
  /** Added to the CLI's arguments. */
  args: readonly string[]
  mcpServers: Readonly<Record<string, McpServerSettings>>
}

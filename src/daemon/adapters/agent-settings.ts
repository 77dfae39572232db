import type { Permissions } from './permissions.js'

/** An MCP server of an agent's config: a program or a URL. */
export type McpServerSettings =
  | { command: string; args?: readonly string[]; env?: Readonly<Record<string, string>> }
  | { type?: 'http' | 'sse'; url: string; headers?: Readonly<Record<string, string>> }

/** The settings of an agent's config that the daemon allows. */
export interface AgentSettings {
  /** null leaves it to the CLI. */
  model: string | null
  /** Added to the CLI's own instructions. */
  instructions: string | null
  permissions: Permissions
  /** The effort level, as the CLI names it. null leaves it to the CLI. */
  effort: string | null
  /** Added to the CLI's environment. */
  env: Readonly<Record<string, string>>
  /** Added to the CLI's arguments. */
  args: readonly string[]
  mcpServers: Readonly<Record<string, McpServerSettings>>
}

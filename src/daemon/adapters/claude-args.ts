import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Turn } from './adapter.js'
import { claudeFlags } from './permissions.js'

const OWN_PERMISSIONS = /^--(?:permission-mode|dangerously-skip-permissions|allow-dangerously)/

/** The arguments of one turn. Permissions in `extra`, the operator's arguments, take precedence. */
export function claudeArgs(extra: readonly string[], turn: Turn, mcpFile: string | null): string[] {
  const args = ['-p', '--output-format', 'stream-json', '--verbose', '--include-partial-messages', ...extra]
  if (!extra.some((arg) => OWN_PERMISSIONS.test(arg))) args.push(...claudeFlags(turn.permissions))
  args.push(...turn.args)
  // Each value is in one argument with its option, so that no value is taken for an option.
  if (turn.model !== null) args.push(`--model=${turn.model}`)
  if (turn.effort !== null) args.push(`--effort=${turn.effort}`)
  if (turn.instructions !== null) args.push(`--append-system-prompt=${turn.instructions}`)
  if (mcpFile !== null) args.push(`--mcp-config=${mcpFile}`)
  if (turn.resume !== null) args.push(`--resume=${turn.resume}`)
  return args
}

/** Calls `run` with the path of a temporary file of the MCP servers, because other users can see arguments. */
export async function withMcpFile<Result>(
  servers: Turn['mcpServers'],
  run: (path: string | null) => Promise<Result>,
): Promise<Result> {
  if (Object.keys(servers).length === 0) return run(null)
  const directory = await mkdtemp(join(tmpdir(), 'baton-mcp-'))
  try {
    const path = join(directory, 'servers.json')
    await writeFile(path, JSON.stringify({ mcpServers: servers }), { mode: 0o600 })
    return await run(path)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

import type { AgentCli, Surroundings } from './agent-cli.js'

/** What keeps Claude Code, and the adapter around it, from asking anybody but the model server. */
export function claudeEnvironment({ modelUrl }: Surroundings): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: 'none-is-needed',
    CLAUDE_CODE_MAX_RETRIES: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // As root it lets no tool run unasked unless it is told that this is a sandbox.
    IS_SANDBOX: '1',
  }
}

export const CLAUDE_TRANSCRIPTS = ['.claude/projects']

export const claudeCode: AgentCli = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  provider: 'claude',
  daemonArgs: () => ['--only', 'claude', '--permissions', 'all'],
  environment: claudeEnvironment,
  settings: () => ({}),
  transcripts: CLAUDE_TRANSCRIPTS,
}

import { join } from 'node:path'
import type { AgentCli } from './agent-cli.js'
import { CLAUDE_TRANSCRIPTS, claudeEnvironment } from './claude-code.js'

export const claudeAgentAcp: AgentCli = {
  name: 'claude-agent-acp',
  package: '@agentclientprotocol/claude-agent-acp',
  provider: 'claude-acp',
  daemonArgs: ({ clis }) => [
    ...['--only', 'claude-acp', '--permissions', 'all'],
    `--acp=claude-acp=${join(clis, 'node_modules/.bin/claude-agent-acp')}`,
  ],
  environment: claudeEnvironment,
  settings: () => ({}),
  transcripts: CLAUDE_TRANSCRIPTS,
}

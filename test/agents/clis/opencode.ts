import { join } from 'node:path'
import type { AgentCli } from './agent-cli.js'

export const opencode: AgentCli = {
  name: 'opencode',
  package: 'opencode-ai',
  provider: 'opencode',
  daemonArgs: ({ clis }) => [
    ...['--only', 'opencode', '--permissions', 'all'],
    `--acp=opencode=${join(clis, 'node_modules/.bin/opencode')} acp`,
  ],
  environment: () => ({
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  }),
  settings: ({ modelUrl }) => ({
    '.config/opencode/opencode.json': JSON.stringify({
      model: 'loopback/loopback',
      small_model: 'loopback/loopback',
      provider: {
        loopback: {
          npm: '@ai-sdk/openai-compatible',
          name: 'loopback',
          options: { baseURL: `${modelUrl}/v1`, apiKey: 'none-is-needed' },
          models: { loopback: { name: 'loopback', limit: { context: 200_000, output: 8_000 } } },
        },
      },
    }),
  }),
  transcripts: ['.local/share/opencode'],
}

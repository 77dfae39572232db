import { join } from 'node:path'
import type { AgentCli } from './agent-cli.js'

export const geminiCli: AgentCli = {
  name: 'Gemini CLI',
  package: '@google/gemini-cli',
  provider: 'gemini',
  daemonArgs: ({ clis }) => [
    ...['--only', 'gemini', '--permissions', 'all'],
    `--acp=gemini=${join(clis, 'node_modules/.bin/gemini')} --acp`,
  ],
  environment: ({ modelUrl }) => ({ GOOGLE_GEMINI_BASE_URL: modelUrl, GEMINI_API_KEY: 'none-is-needed' }),
  settings: () => ({
    '.gemini/settings.json': JSON.stringify({
      // Few tries: how often it tries again by itself is its own affair.
      general: { disableAutoUpdate: true, maxAttempts: 2 },
      privacy: { usageStatisticsEnabled: false },
      security: { auth: { selectedType: 'gemini-api-key' } },
    }),
  }),
  transcripts: ['.gemini/tmp'],
}

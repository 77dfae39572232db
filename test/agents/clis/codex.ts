import type { AgentCli } from './agent-cli.js'

/** Few retries: how often Codex tries again by itself is its own affair. */
const provider = (url: string) => `model = "loopback"
model_provider = "loopback"

[model_providers.loopback]
name = "loopback"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
request_max_retries = 1
stream_max_retries = 1
`

export const codex: AgentCli = {
  name: 'Codex',
  package: '@openai/codex',
  provider: 'codex',
  daemonArgs: () => ['--only', 'codex', '--permissions', 'all'],
  environment: () => ({ OPENAI_API_KEY: 'none-is-needed' }),
  settings: ({ modelUrl }) => ({ '.codex/config.toml': provider(modelUrl) }),
  transcripts: ['.codex/sessions'],
}

import { claudeAgentAcp } from './clis/claude-agent-acp.js'
import { describeCli } from './real-clis.js'

describeCli(claudeAgentAcp)

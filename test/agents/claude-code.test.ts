import { claudeCode } from './clis/claude-code.js'
import { describeCli } from './real-clis.js'

describeCli(claudeCode)

import { codex } from './clis/codex.js'
import { describeCli } from './real-clis.js'

describeCli(codex)

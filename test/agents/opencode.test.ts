import { opencode } from './clis/opencode.js'
import { describeCli } from './real-clis.js'

describeCli(opencode)

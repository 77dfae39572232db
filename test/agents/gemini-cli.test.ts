import { geminiCli } from './clis/gemini-cli.js'
import { describeCli } from './real-clis.js'

describeCli(geminiCli)

import { kill } from '../processes.js'
import type { Stage } from '../stage.js'
import { sayWithLongTool, toolsOf } from './long-tool.js'

/** As the system does it that has no memory left. The tool of the dead CLI must not work on beside the next attempt. */
export async function cliKilled(stage: Stage): Promise<string[]> {
  const machine = await stage.machine()
  const chat = await stage.conversation(machine)
  const first = await chat.ending(await chat.say())
  const said = await sayWithLongTool(stage, chat, machine)
  for (const { pid } of machine.runningClis()) kill(pid)
  const second = await chat.ending(said)
  const tools = toolsOf(stage, machine)
  return [...first, ...second, ...tools, ...(await chat.ending(await chat.say()))]
}

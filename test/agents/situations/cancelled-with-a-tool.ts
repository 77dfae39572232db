import type { Stage } from '../stage.js'
import { sayWithLongTool, toolsLeft } from './long-tool.js'

/** A person stops the run: the tool ends with it, and the session stays good. */
export async function cancelledWithATool(stage: Stage): Promise<string[]> {
  const machine = await stage.machine()
  const chat = await stage.conversation(machine)
  const first = await chat.ending(await chat.say())
  const said = await sayWithLongTool(stage, chat, machine)
  await chat.cancel(said)
  const second = await chat.ending(said)
  const tools = await toolsLeft(stage, machine)
  return [...first, ...second, ...tools, ...(await chat.ending(await chat.say()))]
}

import type { Stage } from '../stage.js'
import { sayWithLongTool, toolsOf } from './long-tool.js'

/** The next daemon ends what the killed one has left running, before it goes on. */
export async function daemonKilled(stage: Stage): Promise<string[]> {
  const machine = await stage.machine()
  const chat = await stage.conversation(machine)
  const first = await chat.ending(await chat.say())
  const said = await sayWithLongTool(stage, chat, machine)
  await machine.stop('SIGKILL')
  await machine.start()
  const second = await chat.ending(said)
  const tools = toolsOf(stage, machine)
  return [...first, ...second, ...tools, ...(await chat.ending(await chat.say()))]
}

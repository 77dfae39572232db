import type { Stage } from '../stage.js'
import { toolsLeft } from './long-tool.js'

/**
 * What goes on after the answer must not keep the answer back, nor the slot, nor live beside the next turn: a task in the
 * CLI's own background where it has such, and a process that has left the group and holds the output.
 */
export async function backgroundTask(stage: Stage): Promise<string[]> {
  const machine = await stage.machine('--slots', '1', '--background-wait', '3')
  const chat = await stage.conversation(machine)
  const command = stage.longCommand()
  const own = await chat.ending(await chat.say(`[[background]] [[bash:setsid ${command} & echo started]]`))
  const tools = await toolsLeft(stage, machine)
  return [...own, ...tools, ...(await chat.ending(await chat.say()))]
}

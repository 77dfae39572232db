import type { Stage } from '../stage.js'
import { toolsLeft } from './long-tool.js'

/** For a CLI that waits for whatever holds its tool's output: its call is work, and only the limit of the turn ends it. */
const LIMIT = ['--turn-limit', '75']

/**
 * What goes on after the answer must not keep the answer back, nor the slot, nor live beside the next turn: a task in the
 * CLI's own background where it has such, and a process that has left the group and holds the output.
 */
export async function backgroundTask(stage: Stage): Promise<string[]> {
  const machine = await stage.machine('--slots', '1', '--background-wait', '3', ...LIMIT)
  const chat = await stage.conversation(machine)
  const once = `test -e was-here || { touch was-here; setsid ${stage.longCommand()} & }; echo started`
  const own = await chat.ending(await chat.say(`[[background]] [[bash:${once}]]`))
  const tools = await toolsLeft(stage, machine)
  return [...own, ...tools, ...(await chat.ending(await chat.say()))]
}

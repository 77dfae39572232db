import { setTimeout as sleep } from 'node:timers/promises'
import type { Conversation, Said } from '../conversation.js'
import type { Machine } from '../machine.js'
import type { Stage } from '../stage.js'
import { until } from '../until.js'

const ENDS_WITHIN_MS = 60_000

/** A message whose tool runs for long, the first time that it is carried out in a directory. Resolves when it runs. */
export async function sayWithLongTool(stage: Stage, chat: Conversation, machine: Machine): Promise<Said> {
  const command = stage.longCommand()
  const said = await chat.say(`[[bash:test -e was-here || { touch was-here; ${command}; }]]`)
  await until('the tool runs', () => (toolsOf(stage, machine).length > 0 ? true : null))
  return said
}

/** A line for each that runs now. */
export function toolsOf(stage: Stage, machine: Machine): string[] {
  const command = stage.longCommand()
  return machine.processes().flatMap((one) => (one.command === command ? [`still runs: ${command}`] : []))
}

/** Waits for a tool to end long before its time; a line for one that does not. */
export async function toolsLeft(stage: Stage, machine: Machine): Promise<string[]> {
  const deadline = performance.now() + ENDS_WITHIN_MS
  while (toolsOf(stage, machine).length > 0 && performance.now() < deadline) await sleep(100)
  return toolsOf(stage, machine)
}

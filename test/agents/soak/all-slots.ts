import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../until.js'
import type { SoakWorld } from './soak-world.js'
import { SLOTS } from './soak-world.js'

/** Fills every slot of every daemon at the same moment; resolves when all these turns have been answered. */
export async function fillAllSlots({ machines, messages, clis }: SoakWorld): Promise<void> {
  const [cli] = clis
  if (cli === undefined) throw new Error('The soak has CLIs.')
  const waiting: { taskId: string; go: string }[] = []
  for (const [n, machine] of machines.entries()) {
    const agentId = await messages.agent(`slots-${n}`, machine.runtimeOf(cli))
    const go = join(machine.home, 'go')
    for (let slot = 0; slot < SLOTS; slot++) {
      const chat = await messages.chat(agentId, `slot-${n}-${slot}`)
      const text = `[[bash:while test ! -e ${go}; do sleep 0.2; done]]`
      waiting.push({ go, ...(await messages.send(chat, `#SLOT${n}${slot}`, text)) })
    }
  }
  const withStatus = async (status: string) => {
    const tasks = await messages.tasks()
    return waiting.every(({ taskId }) => tasks.some((task) => task.id === taskId && task.status === status))
  }
  await until('all slots are taken', async () => ((await withStatus('RUNNING')) ? true : null))
  for (const { go } of waiting) writeFileSync(go, '')
  await until('all slots are free again', async () => ((await withStatus('COMPLETED')) ? true : null))
}

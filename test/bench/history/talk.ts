import { LeanDaemon } from '../load/daemon.js'
import { Owner } from '../setting/fleet.js'
import type { Fleet } from '../setting/fleet.js'

/** A chat session, and how far it has come. */
export interface Talk {
  id: string
  agentId: string
  /** Of its last message; null: it waits. */
  taskId: string
  /** Events at least. */
  versions: number
  /** Where the log stood when half of them were written. */
  middlePosition: string
}

const OPEN = `mutation ($agentId: ID!) { createChatSession(input: { agentId: $agentId, title: "Chat" }) { chatSession { id } } }`
const SAY = `mutation ($id: ID!) { sendChatMessage(input: { chatSessionId: $id, content: "Fix the login." }) { task { id } } }`
const COUNT = `query ($id: ID!) { chatSession(id: $id) { events(last: 1) { nodes { version position } } } }`

/** A person and one daemon of the fleet talk by the API until the chat has so many events. The last message of a short one is left to wait. */
export async function talk(url: string, { daemons, agents }: Fleet, one: number, events: number): Promise<Talk> {
  const [daemon, agentId] = [daemons[one], agents[one]]
  if (daemon === undefined || agentId === undefined) throw new Error('Nobody is there to talk with.')
  const owner = new Owner(url)
  const worker = new LeanDaemon(url, daemon, 1)
  try {
    const { createChatSession } = await owner.ask<{ createChatSession: { chatSession: { id: string } } }>(OPEN, {
      agentId,
    })
    const { id } = createChatSession.chatSession
    const newest = async () => {
      const { chatSession } = await owner.ask<Counted>(COUNT, { id })
      return chatSession.events.nodes[0] ?? { version: 0, position: '0' }
    }
    let middlePosition = '0'
    for (let at = await newest(); ; at = await newest()) {
      if (at.version <= events / 2) middlePosition = at.position
      if (at.version >= events && events > 1) return { id, agentId, taskId: '', versions: at.version, middlePosition }
      for (let turn = 0; turn < 5; turn++) {
        const { sendChatMessage } = await owner.ask<{ sendChatMessage: { task: { id: string } } }>(SAY, { id })
        if (events === 1) return { id, agentId, taskId: sendChatMessage.task.id, versions: at.version, middlePosition }
        // The first task of the agent, and what else waits, comes in between.
        await worker.live()
      }
    }
  } finally {
    owner.close()
    worker.close()
  }
}

interface Counted {
  chatSession: { events: { nodes: { version: number; position: string }[] } }
}

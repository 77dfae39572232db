import { expect, it } from 'vitest'
import type { Task } from '../../../src/generated/prisma/client.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { eraseConversationContent } from '../../../src/use-cases/erase-conversation-content.js'
import { messagesById } from '../../../src/use-cases/reads/rows-by-id.js'
import { anAgent, aRuntime, say } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { codeOf, makeWorld, valueOf } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('at the same moment', (open) => {
  it('a message during the erasure of its chat is kept completely, or the erasure is refused', async () => {
    const world = await makeWorld(await open())
    const { services, caller } = world
    const agent = await anAgent(world, await aRuntime(world))
    const seen = new Set<string>()
    for (let round = 0; round < 20; round++) {
      const { conversation } = valueOf(await createChatSession(services, caller, { agentId: agent.id, title: 'T' }))
      const input = { conversationId: conversation.id }
      const sends = (): Promise<Task> => say(world, conversation, { content: 'Here I am.' })
      const erases = () => eraseConversationContent(services, caller, input)
      const [task, erased] =
        round % 2 === 0
          ? await Promise.all([sends(), erases()])
          : await Promise.all([erases(), sends()]).then(([outcome, sent]) => [sent, outcome] as const)
      const [message] = await messagesById(services, caller.workspaceId, task.inputMessageIds)
      expect(message?.content).toBe('Here I am.')
      expect(task.erasedAt).toBeNull()
      seen.add(codeOf(erased))
    }
    expect(seen).toEqual(new Set(['ACCEPTED', 'ILLEGAL_TRANSITION']))
    await expectSound(services.database)
  })
})

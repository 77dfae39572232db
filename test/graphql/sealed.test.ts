import { beforeAll, expect, it } from 'vitest'
import { Client } from '../support/graphql.js'
import { complete } from '../support/daemon-steps.js'
import { forEachDatabase } from '../support/test-database.js'
import { sealingGround } from '../use-cases/retention/sealing-ground.js'
import type { SealingGround } from '../use-cases/retention/sealing-ground.js'

const SEALED = `query ($id: ID!) { chatSession(id: $id) { sealed { throughVersion digest exportDigest file sealedAt } } }`
const PAST = ['pointer', 'bindings', 'explainResume'] as const
const pastOf = (field: (typeof PAST)[number]) =>
  `query ($id: ID!, $at: Position) { chatSession(id: $id) { ${field}(at: $at) { sessionId } } }`

forEachDatabase((open) => {
  let ground: SealingGround
  let owner: Client

  beforeAll(async () => {
    ground = await sealingGround(await open())
    owner = new Client(ground.world.services, ground.world.caller)
  })

  it('Conversation.sealed says which part was sealed and where it is; null if the conversation is complete', async () => {
    const { id } = await ground.aTalk()
    expect(await owner.ask(SEALED, { id })).toEqual({ chatSession: { sealed: null } })
    const { id: gone, sealed } = await ground.aSealed()
    const { throughVersion, digest, exportDigest, file, sealedAt } = sealed
    const told = {
      throughVersion,
      digest,
      exportDigest,
      file: `${file}.events.jsonl.gz`,
      sealedAt: sealedAt.toISOString(),
    }
    expect(await owner.ask(SEALED, { id: gone })).toEqual({ chatSession: { sealed: told } })
    expect(ground.filesOf(gone)).toContain(told.file)
  })

  it.each(PAST)(
    '%s(at:) within the sealed part is CONVERSATION_SEALED and says what to do; its end and the present are answered',
    async (field) => {
      const { id, sealed } = await ground.aSealed()
      const before = String(BigInt(sealed.lastPosition) - 1n)
      const refusal = await owner.refusal(pastOf(field), { id, at: before })
      expect(refusal).toMatchObject({ code: 'CONVERSATION_SEALED' })
      expect(refusal.message).toContain(`baton restore-conversation ${id}`)
      const offered = { sessionId: `session-${id}` }
      const known = { chatSession: { [field]: field === 'bindings' ? [offered] : offered } }
      expect(await owner.ask(pastOf(field), { id, at: sealed.lastPosition })).toEqual(known)
      await complete(ground.world, await ground.sayAndRun(id), {})
      expect(await owner.ask(pastOf(field), { id, at: null })).toEqual(known)
    },
  )
})

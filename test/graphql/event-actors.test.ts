import { expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import { statement } from '../../src/database/sql.js'
import { Api, at } from '../support/graphql.js'
import { makeAgent, makeChat, makeRuntime } from '../support/graphql-world.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'
import { forEachDatabase } from '../support/test-database.js'

forEachDatabase((open) => {
  it('an event names the token that caused it; the server itself has no name', async () => {
    const database = await open()
    const theirs = await Api.open(database)
    const someone = theirs.as('ROOT')
    const { createToken } = await someone.ask(
      `mutation { createToken(input: { name: "of the laptop", kind: MEMBER }) { token { id } } }`,
    )
    const topic = await makeChat(someone, await makeAgent(someone, await makeRuntime(someone)))
    damagedOnPurpose(database)
    const insert = `INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion",
        actor, "occurredAt", data, digest) VALUES ($1, $2::bigint, $3, $4, $2::int, 'SESSION_RESET', 1, $5, now(), '{}', 'x')`
    const actors = [(createToken as { token: { id: string } }).token.id, 'system'] as const
    for (const [n, actor] of actors.entries()) {
      await database.sql.rows(statement('test_event_of', insert), [
        theirs.workspaceId,
        n + 90,
        newId('evt'),
        topic,
        actor,
      ])
    }
    expect(
      at(await someone.ask('{ sessionEvents(types: [SESSION_RESET]) { actor actorName } }'), 'sessionEvents'),
    ).toEqual([
      { actor: actors[0], actorName: 'of the laptop' },
      { actor: 'system', actorName: null },
    ])
  })
})

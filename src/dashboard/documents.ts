import { agentDocuments } from './documents/agents.js'
import { changeDocuments } from './documents/changes.js'
import { fleetDocuments } from './documents/fleet.js'
import { sessionDocuments } from './documents/session.js'
import { sessionsDocuments } from './documents/sessions.js'

/** All operations of the page; operation-types.ts has their types. */
export const documents = {
  ...sessionsDocuments,
  ...sessionDocuments,
  ...fleetDocuments,
  ...agentDocuments,
  ...changeDocuments,
}

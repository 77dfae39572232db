import { methods, RequestError } from '@agentclientprotocol/sdk'
import type { NewSessionRequest } from '@agentclientprotocol/sdk'
import type { AcpConnection, Offers } from './acp-connection.js'
import { asksToSignIn, isMissingMethod, messageOf } from './acp-errors.js'
import type { Turn, TurnEnd } from './adapter.js'
import { failureReason } from './failure-reason.js'

/** Some agents send a loaded session's history only after they have answered, all at once: then it is quiet for so long. */
const QUIET_MS = 1000

/** Resumes where the agent can, else starts anew. What a session offers; or the turn's end, where it was refused. */
export async function openSession(connection: AcpConnection, turn: Turn): Promise<Offers | TurnEnd> {
  const place: NewSessionRequest = { cwd: turn.workDir, mcpServers: connection.launch.mcpServers }
  if (turn.resume !== null) {
    try {
      const resumed = await resume(connection, place, turn.resume)
      if (resumed !== null) {
        connection.sessionId = turn.resume
        turn.onResume('RESUMED')
        return resumed
      }
    } catch (error) {
      // Any other code or wording: agents differ in both, and all of them mean that there is no session to go on with.
      if (!(error instanceof RequestError) || asksToSignIn(error)) throw error
      const message = messageOf(error)
      if (failureReason({ error: message }) !== 'agent_error') throw error
      return { kind: 'refused', error: message, toolsRan: false }
    }
    // An agent that can do neither has refused nothing: a later version of it may take the session again.
    turn.onResume('NOT_ATTEMPTED')
  }
  const opened = await connection.agent.request(methods.agent.session.new, place)
  connection.sessionId = opened.sessionId
  return opened
}

/** null: this agent can do neither, whatever it advertises. */
async function resume(connection: AcpConnection, place: NewSessionRequest, sessionId: string): Promise<Offers | null> {
  const { capabilities, agent } = connection
  if (capabilities?.sessionCapabilities?.resume != null) {
    try {
      return await agent.request(methods.agent.session.resume, { ...place, sessionId })
    } catch (error) {
      if (!isMissingMethod(error)) throw error
    }
  }
  if (capabilities?.loadSession !== true) return null
  try {
    const loaded = await agent.request(methods.agent.session.load, { ...place, sessionId })
    await untilQuiet(connection)
    return loaded
  } catch (error) {
    if (!isMissingMethod(error)) throw error
    return null
  }
}

/** What is sent before is the session's past, not this turn's. */
async function untilQuiet(connection: AcpConnection): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      connection.onUpdate = null
      resolve()
    }
    const timer = setTimeout(end, QUIET_MS)
    connection.onUpdate = () => timer.refresh()
    connection.over.then(end, end)
  })
}

import { methods, RequestError } from '@agentclientprotocol/sdk'
import type { NewSessionRequest } from '@agentclientprotocol/sdk'
import type { AcpConnection, Offers } from './acp-connection.js'
import { asksToSignIn, isMissingMethod, messageOf } from './acp-errors.js'
import type { Turn, TurnEnd } from './adapter.js'
import { failureReason } from './failure-reason.js'

/**
 * Some agents send a loaded session's history only after their answer. The history is over after this long without
 * updates.
 */
const QUIET_MS = 1000

/**
 * Resumes the session if the agent can, else starts a new one. Returns the session's settings, or the turn's end on a
 * refusal.
 */
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
      // Agents differ in code and wording; any other error means that the session cannot be resumed.
      if (!(error instanceof RequestError) || asksToSignIn(error)) throw error
      const message = messageOf(error)
      if (failureReason({ error: message }) !== 'agent_error') throw error
      return { kind: 'refused', error: message, toolsRan: false }
    }
    // An agent that can neither resume nor load has refused nothing: a later version may resume the session.
    turn.onResume('NOT_ATTEMPTED')
  }
  const opened = await connection.agent.request(methods.agent.session.new, place)
  connection.sessionId = opened.sessionId
  return opened
}

/** null if the agent can neither resume nor load, whatever it advertises. */
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

/** Updates before the quiet belong to the session's history, not to this turn. */
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

import { Readable, Writable } from 'node:stream'
import { client, methods, ndJsonStream, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk'
import type {
  ClientContext,
  InitializeResponse,
  NewSessionRequest,
  PromptRequest,
  SessionUpdate,
} from '@agentclientprotocol/sdk'
import { pause } from '../client/pause.js'
import type { Turn, TurnEnd } from './adapter.js'
import { startProcess } from './child-process.js'
import type { Machine } from './child-process.js'
import { failureReason } from './failure-reason.js'
import { failureOfExit } from './how-it-ended.js'
import { isStatusLine } from './turn-limits.js'

export interface AcpAgent {
  command: readonly [string, ...string[]]
  machine: Machine
  /** The answer to every tool that asks: nobody is there to be asked. */
  permissions: 'allow' | 'reject'
}

/** How long an agent may take to end a turn that was cancelled, before it is ended itself. */
const GRACE_MS = 5000
/** How long after the end of its output a program that has ended is known to have. */
const EXIT_MS = 1000
/** The protocol's code for "sign in first". */
const AUTH_REQUIRED = -32000
const STOPPED: Partial<Record<string, string>> = {
  max_turn_requests: 'iteration_limit',
  max_tokens: 'output_limit',
  refusal: 'agent_refusal',
}

interface Seen {
  sessionId: string | null
  /** A loaded session replays its history first: that is not this turn's. */
  prompted: boolean
  toolsRan: boolean
  output: string
}

/** One turn of an agent that speaks the Agent Client Protocol over stdio. */
export async function runAcp({ command, machine, permissions }: AcpAgent, turn: Turn): Promise<TurnEnd> {
  const [program, ...args] = command
  const ending = new AbortController()
  const { stdin, stdout, exit } = startProcess({ program, args, workDir: turn.workDir, machine }, ending.signal)
  const seen: Seen = { sessionId: null, prompted: false, toolsRan: false, output: '' }
  const app = client({ name: 'baton' })
    .onNotification(methods.client.session.update, ({ params }) => take(params.update, seen, turn))
    .onRequest(methods.client.session.requestPermission, ({ params }) => {
      turn.onWork()
      const wanted = params.options.find(({ kind }) => kind.startsWith(permissions))
      return { outcome: wanted ? { outcome: 'selected', optionId: wanted.optionId } : { outcome: 'cancelled' } }
    })
  const stream = ndJsonStream(
    Writable.toWeb(stdin),
    // Node's own type of a web stream and the library's differ in name only.
    Readable.toWeb(stdout) as ReadableStream<Uint8Array>,
  )
  // The agent is asked to stop first; one that does not is stopped.
  let stopping: NodeJS.Timeout | undefined
  const stop = () => (stopping = setTimeout(() => ending.abort(), GRACE_MS))
  turn.signal.addEventListener('abort', stop, { once: true })
  try {
    return await app.connectWith(stream, (agent) => converse(agent, seen, turn))
  } catch (error) {
    // A program that broke the connection by ending is not told to end: how it ended says more than that it is gone.
    if (!(error instanceof RequestError)) await Promise.race([exit, pause(EXIT_MS)])
    ending.abort()
    const ended = await exit
    const ofExit = failureOfExit('The agent', ended)
    if (ofExit !== null) return { ...failed('', seen), ...ofExit }
    const { stderr } = ended
    return failed([messageOf(error), stderr.trim()].filter((part) => part !== '').join('\n'), seen)
  } finally {
    turn.signal.removeEventListener('abort', stop)
    clearTimeout(stopping)
    ending.abort()
    await exit
  }
}

async function converse(agent: ClientContext, seen: Seen, turn: Turn): Promise<TurnEnd> {
  const { agentCapabilities } = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: {},
    clientInfo: { name: 'baton', version: '0' },
  })
  const refusal = await openSession(agent, agentCapabilities, seen, turn)
  if (refusal !== null) return refusal
  const { sessionId } = seen
  if (sessionId === null) return failed('The agent named no session.', seen)
  turn.onSession(sessionId)
  const cancel = () => {
    agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined)
  }
  if (turn.signal.aborted) cancel()
  turn.signal.addEventListener('abort', cancel, { once: true })
  seen.prompted = true
  try {
    const request: PromptRequest = { sessionId, prompt: [{ type: 'text', text: turn.prompt }] }
    const { stopReason } = await agent.request(methods.agent.session.prompt, request)
    const reason = STOPPED[stopReason]
    if (stopReason === 'cancelled') return failed('The turn was stopped.', seen)
    if (reason === undefined) {
      return { kind: 'completed', output: seen.output, result: { stopReason }, sessionId, transcriptMissing: false }
    }
    return { ...failed(`The agent stopped: ${stopReason}.`, seen), failureReason: reason }
  } finally {
    turn.signal.removeEventListener('abort', cancel)
  }
}

/** Resumes where the agent can, else starts anew. null when there is a session; else the turn's end. */
async function openSession(
  agent: ClientContext,
  capabilities: InitializeResponse['agentCapabilities'],
  seen: Seen,
  turn: Turn,
): Promise<TurnEnd | null> {
  const place: NewSessionRequest = { cwd: turn.workDir, mcpServers: [] }
  const { resume: sessionId } = turn
  const resumes = capabilities?.sessionCapabilities?.resume != null
  if (sessionId === null || (!resumes && capabilities?.loadSession !== true)) {
    // An agent that can do neither has refused nothing: a later version of it may take the session again.
    if (sessionId !== null) turn.onResume('NOT_ATTEMPTED')
    seen.sessionId = (await agent.request(methods.agent.session.new, place)).sessionId
    return null
  }
  try {
    if (resumes) await agent.request(methods.agent.session.resume, { ...place, sessionId })
    else await agent.request(methods.agent.session.load, { ...place, sessionId })
  } catch (error) {
    // Any other code or wording: agents differ in both, and all of them mean that there is no session to go on with.
    if (!(error instanceof RequestError) || error.code === AUTH_REQUIRED) throw error
    return { kind: 'refused', error: error.message, toolsRan: false }
  }
  seen.sessionId = sessionId
  turn.onResume('RESUMED')
  return null
}

function take(update: SessionUpdate, seen: Seen, turn: Turn): void {
  if (!seen.prompted) return
  work(update, turn)
  if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text') {
    seen.output += update.content.text
    turn.onProgress({ kind: 'text', text: update.content.text })
  } else if (update.sessionUpdate === 'tool_call') {
    seen.toolsRan = true
    turn.onProgress({ kind: 'tool', text: update.title })
  }
}

function work(update: SessionUpdate, turn: Turn): void {
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
    case 'agent_thought_chunk':
      if (update.content.type !== 'text' || !isStatusLine(update.content.text)) turn.onWork()
      break
    case 'tool_call':
    case 'tool_call_update':
      turn.onWork({ id: update.toolCallId, running: update.status !== 'completed' && update.status !== 'failed' })
      break
    case 'plan':
      turn.onWork()
      break
    default:
    // Commands, modes and usage: that an agent tells of them does not mean that it works.
  }
}

function failed(error: string, { sessionId }: Seen): TurnEnd & { kind: 'failed' } {
  const authentication = /auth(?:entication)? required/i.test(error)
  const reason = authentication ? 'authentication' : failureReason({ error })
  return { kind: 'failed', failureReason: reason, error, sessionId, transcriptMissing: false }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

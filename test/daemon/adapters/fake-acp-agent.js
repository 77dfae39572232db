import { Readable, Writable } from 'node:stream'
import { agent, methods, ndJsonStream, RequestError } from '@agentclientprotocol/sdk'

/** An agent of the Agent Client Protocol that does what its prompt says. Options: which ways to resume it offers. */
const options = process.argv.slice(2)
const KNOWN = 'session-1'
let cancelled = () => {}

agent({ name: 'fake' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: 1,
    agentCapabilities: {
      loadSession: options.includes('load'),
      sessionCapabilities: options.includes('resume') ? { resume: {} } : {},
    },
  }))
  .onRequest(methods.agent.session.new, ({ params }) => {
    if (options.includes('signed-out')) throw RequestError.authRequired()
    return { sessionId: `new in ${params.cwd}` }
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    if (params.sessionId !== KNOWN) throw RequestError.resourceNotFound(params.sessionId)
    await say(client, params.sessionId, 'What was said last week. ')
    return {}
  })
  .onRequest(methods.agent.session.resume, ({ params }) => {
    if (params.sessionId !== KNOWN) throw new RequestError(-32603, 'held by another process')
    return {}
  })
  .onNotification(methods.agent.session.cancel, () => cancelled())
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const { sessionId } = params
    const [{ text }] = params.prompt
    if (text === 'crash') {
      process.stderr.write('Segmentation fault\n')
      process.exit(139)
    }
    if (text === 'run in circles') return { stopReason: 'max_turn_requests' }
    if (text === 'wait') {
      await say(client, sessionId, 'Waiting.')
      await new Promise((resolve) => (cancelled = resolve))
      return { stopReason: 'cancelled' }
    }
    if (text === 'use a tool') {
      const toolCall = { toolCallId: 'call-1', title: 'rm -rf build' }
      await client.notify(methods.client.session.update, {
        sessionId,
        update: { sessionUpdate: 'tool_call', status: 'pending', ...toolCall },
      })
      const answer = await client.request(methods.client.session.requestPermission, {
        ...{ sessionId, toolCall },
        options: [
          { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
          { optionId: 'no', name: 'No', kind: 'reject_once' },
        ],
      })
      await say(client, sessionId, `Permission: ${answer.outcome.optionId}.`)
      return { stopReason: 'end_turn' }
    }
    await say(client, sessionId, 'All ')
    await say(client, sessionId, 'done.')
    return { stopReason: 'end_turn' }
  })
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)))

function say(client, sessionId, text) {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }
  return client.notify(methods.client.session.update, { sessionId, update })
}

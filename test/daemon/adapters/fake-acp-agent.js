import { Readable, Writable } from 'node:stream'
import { writeFileSync } from 'node:fs'
import { execFileSync, spawn } from 'node:child_process'
import { setTimeout } from 'node:timers'
import { agent, methods, ndJsonStream, RequestError } from '@agentclientprotocol/sdk'

/**
 * An agent of the Agent Client Protocol that does what its prompt says. Options: which ways to resume it offers
 * (claims-resume: offers it, and does not know the method), and how it behaves.
 */
const options = process.argv.slice(2)
const KNOWN = 'session-1'
let cancelled = () => {}
let turns = 0

agent({ name: 'fake' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: 1,
    agentCapabilities: {
      loadSession: options.includes('load'),
      sessionCapabilities: /resume/.test(options) ? { resume: {} } : {},
    },
  }))
  .onRequest(methods.agent.session.new, ({ params }) => {
    if (options.includes('signed-out')) throw RequestError.authRequired()
    return { sessionId: `new in ${params.cwd}` }
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    if (options.includes('rate-limited')) throw RequestError.internalError({ details: 'API Error: 429 rate limited' })
    if (params.sessionId !== KNOWN) throw RequestError.resourceNotFound(params.sessionId)
    const replay = () => say(client, params.sessionId, 'What was said last week. ')
    if (options.includes('tells-cost')) await used(client, params.sessionId, 0.5)
    if (!options.includes('late')) await replay()
    else for (const ms of [1, 100, 300]) setTimeout(replay, ms)
    return {}
  })
  .onRequest(methods.agent.session.resume, ({ params }) => {
    if (options.includes('claims-resume')) throw RequestError.methodNotFound('session/resume')
    if (params.sessionId !== KNOWN) throw new RequestError(-32603, 'held by another process')
    return {}
  })
  .onNotification(methods.agent.session.cancel, () => cancelled())
  .onRequest(methods.agent.session.setMode, () => ({}))
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const { sessionId } = params
    const [{ text }] = params.prompt
    turns += 1
    if (text === 'which turn') {
      await say(client, sessionId, `Turn ${turns} of process ${process.pid}.`)
      return { stopReason: 'end_turn' }
    }
    if (text.startsWith('fail as ')) {
      const { code, message, data } = JSON.parse(text.slice('fail as '.length))
      throw new RequestError(code, message, data)
    }
    const [, amount] = /^cost (.+)/.exec(text) ?? []
    if (amount !== undefined) {
      await used(client, sessionId, Number(amount))
      const usage = { inputTokens: 100, outputTokens: 10, thoughtTokens: 5, cachedReadTokens: 40, totalTokens: 155 }
      return { stopReason: 'end_turn', usage }
    }
    if (text === 'quota') {
      const token_count = { input_tokens: 100, output_tokens: 10 }
      const model_usage = [{ model: 'flash', token_count: { input_tokens: 1, output_tokens: 1 } }]
      model_usage.push({ model: 'pro', token_count: { input_tokens: 99, output_tokens: 9 } })
      return { stopReason: 'end_turn', _meta: { quota: { token_count, model_usage } } }
    }
    if (text.startsWith('leave a child in ')) {
      const file = text.slice('leave a child in '.length)
      spawn('/bin/sleep', ['300'], { stdio: 'ignore' }).once('spawn', function () {
        writeFileSync(`${file}.own`, String(this.pid))
      })
      const leave = `/usr/bin/setsid /bin/sleep 300 < /dev/null > /dev/null 2>&1 & echo $! > ${file}`
      execFileSync('/bin/sh', ['-c', leave])
      await say(client, sessionId, 'Left.')
      return { stopReason: 'end_turn' }
    }
    if (text === 'fail') throw RequestError.internalError({ details: 'The model is made of cheese.' })
    if (text === 'name others') {
      await say(client, 'session-9', 'Not for you. ')
      await say(client, sessionId, 'For you.')
      return { stopReason: 'end_turn' }
    }
    if (text === 'stream') {
      const words = Array.from({ length: 2000 }, (_, i) => `word${i}${i % 12 === 11 ? '.\n' : ' '}`).join('')
      for (const chunk of words.match(/[^]{1,4}/g)) await say(client, sessionId, chunk)
      return { stopReason: 'end_turn' }
    }
    if (text === 'edit without asking') {
      const toolCallId = 'call-2'
      const update = { sessionUpdate: 'tool_call', toolCallId, title: 'write', kind: 'edit', rawInput: {} }
      await client.notify(methods.client.session.update, { sessionId, update: { ...update, status: 'pending' } })
      const told = { sessionUpdate: 'tool_call_update', toolCallId, locations: [{ path: '/w/notes.txt' }] }
      await client.notify(methods.client.session.update, { sessionId, update: { ...told, status: 'in_progress' } })
      const content = [{ type: 'content', content: { type: 'text', text: 'one\ntwo\nthree\nfour\nfive\nsix' } }]
      await client.notify(methods.client.session.update, {
        ...{ sessionId, update: { sessionUpdate: 'tool_call_update', toolCallId, status: 'completed', content } },
      })
      await say(client, sessionId, 'Written.')
      return { stopReason: 'end_turn' }
    }
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
    if (text.startsWith('use a tool')) {
      const file = text.split(' ')[3]
      const edit = { title: 'write', kind: 'edit', locations: [{ path: file }] }
      const toolCall = { toolCallId: 'call-1', ...(file ? edit : { title: 'rm -rf build', kind: 'execute' }) }
      await client.notify(methods.client.session.update, {
        sessionId,
        update: { sessionUpdate: 'tool_call', status: 'pending', ...toolCall },
      })
      const answer = await client.request(methods.client.session.requestPermission, {
        ...{ sessionId, toolCall },
        options: [
          { optionId: 'for ever', name: 'Always', kind: 'allow_always' },
          { optionId: 'never', name: 'Never', kind: 'reject_always' },
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

function used(client, sessionId, amount) {
  const update = { sessionUpdate: 'usage_update', used: 1234, size: 200_000, cost: { amount, currency: 'USD' } }
  return client.notify(methods.client.session.update, { sessionId, update })
}

function say(client, sessionId, text) {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }
  return client.notify(methods.client.session.update, { sessionId, update })
}

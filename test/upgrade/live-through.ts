import { setTimeout as sleep } from 'node:timers/promises'
import { GraphQLClient } from 'graphql-request'
import { Daemon } from '../server/story/daemon.js'
import type { Claim } from '../server/story/daemon.js'

/** What a later build must know of what was lived through. */
export interface Lived {
  /** By what they are in. */
  conversations: Record<
    'resumable' | 'twoTasks' | 'running' | 'failed' | 'reset' | 'cancelled' | 'long' | 'issue',
    string
  >
  /** Of machine-a, which has a runtime of its own in each workspace. */
  runtimeId: string
  agentId: string
  /** What its daemon holds: claimed and not yet started; started and pinned. */
  held: { claimed: Claim; running: Claim }
  /** The token of machine-a's daemon. */
  daemonToken: string
  /** The requestId of the claim that is running. */
  requestId: string
}

/**
 * Lets a server live through all that leaves rows of different kinds: sessions to resume, tasks that wait in each way, are
 * held, have ended in each way and wait for their retry, a reset, an erased conversation, a long one, another workspace.
 * By nothing but the API, so that any build can.
 */
export async function liveThrough(url: string, root: string): Promise<Lived> {
  const client = new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${root}` } })
  const change = async (mutation: string, input: object, selection: string): Promise<string> => {
    const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input!`
    const data = await client.request<unknown>(
      `mutation ($input: ${type}) { ${mutation}(input: $input) { ${selection} } }`,
      {
        input,
      },
    )
    return /"(?:id|secret)":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? ''
  }
  const daemonToken = await change('createToken', { name: 'a', kind: 'DAEMON', daemonId: 'machine-a' }, 'secret')
  const daemon = await Daemon.start(url, daemonToken, 'machine-a')
  const elsewhere = await Daemon.start(url, root, 'machine-b')
  const { runtimeId } = daemon
  const agentId = await change('createAgent', { name: 'Ada', runtimeId, maxConcurrentTasks: 20 }, 'agent { id }')
  const chat = () => change('createChatSession', { agentId, title: 'A chat' }, 'chatSession { id }')
  const say = (chatSessionId: string, content: string) =>
    change('sendChatMessage', { chatSessionId, content }, 'task { id }')
  const next = async (requestId?: string) => daemon.claim(requestId)
  const run = async (chatSessionId: string, session: string, content = 'Go on.') => {
    await say(chatSessionId, content)
    const claim = await next()
    await daemon.start(claim, claim.priorSessionId === null ? null : 'RESUMED')
    await daemon.pin(claim, session, `/work/${session}`)
    return claim
  }

  const resumable = await chat()
  await daemon.complete(await run(resumable, 'session-of-a'), { output: 'Done.', result: { lines: 3 } })

  const reset = await chat()
  await daemon.complete(await run(reset, 'session-before-reset'))
  await change('resetSession', { conversationId: reset, reason: 'A new topic.' }, 'conversation { id }')

  const moved = await chat()
  await daemon.complete(await run(moved, 'session-left-behind'))

  const cancelled = await chat()
  const ended = await run(cancelled, 'session-cancelled')
  await change('cancelTask', { taskId: ended.task.id, reason: 'Not needed.' }, 'task { id }')

  const erased = await chat()
  await daemon.complete(await run(erased, 'session-erased', 'A secret.'), { output: 'Another secret.' })
  await change('eraseConversationContent', { conversationId: erased }, 'conversation { id }')

  const long = await chat()
  for (let n = 0; n < 60; n++) await daemon.complete(await run(long, `session-${Math.floor(n / 20)}`))

  const issue = { agentId, issueKey: 'ISSUE-1', title: 'Login fails', prompt: 'Fix the login.' }
  await change('enqueueTask', issue, 'task { id }')
  const thread = await next()
  await daemon.start(thread)
  await daemon.pin(thread, 'session-of-the-issue')
  await daemon.complete(thread, { output: 'Fixed.' })
  const { task } = await client.request<{ task: { conversation: { id: string } } }>(
    'query ($id: ID!) { task(id: $id) { conversation { id } } }',
    { id: thread.task.id },
  )

  await elsewhere.recover()
  const running = await chat()
  await say(running, 'Take your time.')
  const requestId = 'the-claim-that-runs'
  const runs = await next(requestId)
  await daemon.start(runs)
  await daemon.pin(runs, 'session-that-runs', '/work/that-runs')
  const twoTasks = await chat()
  await say(twoTasks, 'First.')
  const claimed = await next()
  await say(twoTasks, 'Second, behind the first.')
  // Their retries wait for their time.
  const failed = await chat()
  const failing = await run(failed, 'session-that-fails')
  await daemon.report(
    'reportTaskProgress',
    failing,
    { entries: [{ seq: 1, kind: 'text', text: 'Thinking.' }] },
    'lastSeq',
  )
  await daemon.fail(failing, 'runtime_offline', 'The runtime went away.')
  const poisoned = await chat()
  await daemon.fail(await run(poisoned, 'session-too-long'), 'context_overflow', 'Too many tokens.')

  await say(resumable, 'And now?')
  await change('enqueueTask', { ...issue, prompt: 'Once more.', priority: 5 }, 'task { id }')
  await change('createWorkspace', { name: 'Another' }, 'workspace { id }')
  // What is written later than the answer: when tokens and runtimes were last seen.
  await sleep(2_000)
  return {
    conversations: { resumable, twoTasks, running, failed, reset, cancelled, long, issue: task.conversation.id },
    runtimeId,
    agentId,
    held: { claimed, running: runs },
    daemonToken,
    requestId,
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDaemon } from '../../../src/daemon/client/create-daemon.js'
import { ClaimEnded } from '../../../src/daemon/client/held-claims.js'
import { SHORT_LEASES } from '../../faults/short-leases.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import { ask, chatOn, runtimeOf } from '../reference/machine.js'

/** A daemon "m1" that keeps its reports in a place of its own: to the server, that is a machine of its own. */
async function machine(url: string, { cut }: { cut?: () => boolean } = {}) {
  const home = await mkdtemp(join(tmpdir(), 'baton-machine-'))
  const ends: unknown[] = []
  const daemon = createDaemon({
    url,
    token: ADMIN_TOKEN,
    daemonId: 'm1',
    providers: ['fake'],
    outboxFile: join(home, 'outbox.json'),
    fetch: async (input, init) => {
      if (cut?.() === true) throw new TypeError('The network is gone.')
      return fetch(input, init)
    },
    waitSeconds: 1,
    run: async (_claim, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ends.push(signal.reason instanceof ClaimEnded ? signal.reason.by : signal.reason)
    },
  })
  daemon.stopped.catch(() => undefined)
  onTestFinished(async () => {
    await daemon.stop({ graceSeconds: 0 })
    await rm(home, { recursive: true, force: true })
  })
  return { daemon, ends }
}

const SENTENCE = new RegExp(
  `^Daemon m1 runs on ${hostname()}, last heard of at \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\. Give this one another daemon id, or stop the first`,
)

async function statusOf(url: string): Promise<string | undefined> {
  const { tasks } = await ask<{ tasks: { nodes: { status: string }[] } }>(url, '{ tasks { nodes { status } } }')
  return tasks.nodes[0]?.status
}

test('a second machine with the same daemon id is refused in one sentence, and the runs of the first continue', async () => {
  const { url } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  const first = await machine(url)
  await first.daemon.start()
  const say = await chatOn(url, await runtimeOf(url, 'fake'))
  void say('Go on for ever.').catch(() => undefined)
  while ((await statusOf(url)) !== 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 20))
  const second = await machine(url)
  await expect(second.daemon.start()).rejects.toThrow(SENTENCE)
  expect(await statusOf(url)).toBe('RUNNING')
  expect(first.ends).toEqual([])
})

test('a machine that was silent too long stops with its runs when another machine has its daemon id', async () => {
  const { url } = await startServer({ env: SHORT_LEASES })
  let silent = false
  const first = await machine(url, { cut: () => silent })
  await first.daemon.start()
  const say = await chatOn(url, await runtimeOf(url, 'fake'))
  void say('Go on for ever.').catch(() => undefined)
  while ((await statusOf(url)) !== 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 20))
  silent = true
  let second = await machine(url)
  for (;;) {
    const refusal = await second.daemon.start().catch((error: unknown) => error)
    if (refusal === undefined) break
    expect(refusal).toMatchObject({ code: 'FORBIDDEN' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    second = await machine(url)
  }
  silent = false
  await expect(first.daemon.stopped).rejects.toThrow(SENTENCE)
  expect(first.ends).toHaveLength(1)
})

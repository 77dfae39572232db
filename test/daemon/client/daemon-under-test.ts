import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { createDaemon } from '../../../src/daemon/client/create-daemon.js'
import type { Daemon, DaemonOptions } from '../../../src/daemon/client/create-daemon.js'
import { fakeServer } from './fake-server.js'
import type { FakeServer } from './fake-server.js'

/** A fake server and a place for the outbox, both gone after the test. */
export async function fakeHouse(): Promise<{ server: FakeServer; outboxFile: string }> {
  const server = await fakeServer()
  const directory = await mkdtemp(join(tmpdir(), 'baton-daemon-'))
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  return { server, outboxFile: join(directory, 'kept', 'outbox.json') }
}

/** A daemon that is stopped after the test, with what it logged. */
export function daemonOf(
  { server, outboxFile }: { server: FakeServer; outboxFile: string },
  options: Pick<DaemonOptions, 'run'> & Partial<DaemonOptions>,
): Daemon & { logged: string[] } {
  const logged: string[] = []
  const daemon = createDaemon({
    url: server.url,
    token: 'secret-token',
    daemonId: 'laptop',
    providers: ['fake'],
    outboxFile,
    waitSeconds: 0,
    log: (level, message, details) => logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
    ...options,
  })
  daemon.stopped.catch(() => undefined)
  onTestFinished(() => daemon.stop({ graceSeconds: 0 }))
  return { ...daemon, logged }
}

/** Waits until the condition holds; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 20_000, interval: 10 })
}

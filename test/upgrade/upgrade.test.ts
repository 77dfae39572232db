import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { Daemon } from '../server/story/daemon.js'
import type { Claim } from '../server/story/daemon.js'
import { emptyDatabase } from '../support/empty-database.js'
import { emptyDirectory, startServer } from '../support/server-process.js'
import type { StartOptions } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { answersOf } from './answers.js'
import type { Lived } from './live-through.js'
import { OF_THE_RELEASE } from './of-the-release.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))
const { BATON_ADMIN_TOKEN } = OF_THE_RELEASE
/** Folders that make.ts made. */
const RELEASES = readdirSync(HERE).filter((name) => statSync(`${HERE}${name}`).isDirectory())

const unpacked = (release: string, file: string) => brotliDecompressSync(readFileSync(`${HERE}${release}/${file}.br`))
const madeOf = (release: string, file: string) =>
  JSON.parse(unpacked(release, `${file}.json`).toString()) as { lived: Lived; answers: unknown }

/** What a release has left goes on under this build, on a database that has it. */
async function goesOn(made: { lived: Lived; answers: unknown }, options: StartOptions): Promise<void> {
  const { lived, answers } = made
  const env = { ...OF_THE_RELEASE, ...options.env }
  const server = await startServer({ ...options, env })
  expect(await answersOf(server.url, BATON_ADMIN_TOKEN, lived)).toEqual(answers)

  // The daemon of before has the token, the claims and the unanswered requests of before.
  const daemon = await Daemon.start(server.url, lived.daemonToken, 'machine-a')
  expect(daemon.runtimeId).toBe(lived.runtimeId)
  const { claimed, running } = lived.held
  expect(await daemon.claim(lived.requestId)).toMatchObject({ claimToken: running.claimToken, replayed: true })
  expect(await daemon.heartbeat([claimed, running])).toEqual(['HELD', 'HELD'])
  await daemon.start(claimed)
  await daemon.complete(claimed, { sessionId: 'session-of-the-first' })
  await daemon.complete(running, { output: 'At last.' })

  const claims = new Map<string, Claim>()
  for (let claim = await daemon.ask(); !('reasons' in claim); claim = await daemon.ask()) {
    claims.set(claim.input.at(-1)?.content ?? claim.task.prompt ?? '', claim)
  }
  const offered = (text: string) => claims.get(text)?.priorSessionId
  expect(offered('And now?')).toBe('session-of-a')
  expect(offered('Second, behind the first.')).toBe('session-of-the-first')
  expect(offered('Once more.')).toBe('session-of-the-issue')

  expect(await server.stop()).toBe(0)
  const own = { ...process.env, ...env, BATON_DATA_DIR: server.dataDirectory }
  const proof = JSON.parse(
    execFileSync(process.execPath, [BATON, 'verify', '--json'], { env: own }).toString(),
  ) as object
  expect(proof).toMatchObject({ ok: true })
}

describe.each(RELEASES)('a database of %s', (release) => {
  it('continues, embedded', async () => {
    const dataDirectory = emptyDirectory()
    execFileSync('tar', ['-x', '-C', dataDirectory], { input: unpacked(release, 'embedded.tar') })
    await goesOn(madeOf(release, 'embedded.tar'), { dataDirectory })
  })

  describePostgres('on PostgreSQL', (open) => {
    it('continues', async () => {
      const { href } = await emptyDatabase(await open())
      const client = new Client({ connectionString: href })
      await client.connect()
      // psql's own commands begin with a backslash.
      await client.query(
        unpacked(release, 'postgres.sql')
          .toString()
          .replaceAll(/^\\.*$/gm, ''),
      )
      await client.end()
      await goesOn(madeOf(release, 'postgres.sql'), { env: { DATABASE_URL: href } })
    })
  })
})

// Restate: a virtual object that is called through its HTTP ingress. It keeps the journal of each call for a day, in a log and
// state of its own: no PostgreSQL, and no figure of its write-ahead log. Its defaults are those of production on one node; fsync of
// its log is on. Telemetry is off. So many callers wait for their answers, and so pay for putting the job in, which others do beforehand.

import { Buffer } from 'node:buffer'
import { fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { INPUT, answerQuestions, oneByOne } from '../measure.js'

const packageFile = `@restatedev/restate-server-${platform()}-${arch()}/package.json`
const binary = join(dirname(createRequire(import.meta.url).resolve(packageFile)), 'bin', 'restate-server')
const body = JSON.stringify(INPUT)
const agent = new Agent({ keepAlive: true, maxSockets: 256, noDelay: true })
let ingress
let run = 0
let keys = 0
let ended = 0
let over = true
let calls = Promise.resolve()

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

function post(port, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent }, (response) => {
      response.resume()
      const isFine = response.statusCode >= 200 && response.statusCode < 300
      response.on('end', () => (isFine ? resolve() : reject(new Error(`${path}: ${response.statusCode}`))))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const call = (key) => post(ingress, `/lives/${key}/live`, body)

const ANSWERS = {
  async open() {
    const directory = mkdtempSync(join(tmpdir(), 'baton-bench-restate-'))
    const [node, admin, service] = [await freePort(), await freePort(), await freePort()]
    ingress = await freePort()
    const server = spawn(binary, ['--no-logo'], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        RESTATE_BASE_DIR: join(directory, 'data'),
        RESTATE_LISTEN_MODE: 'tcp',
        RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
        RESTATE_ADMIN__DISABLE_WEB_UI: 'true',
        RESTATE_DISABLE_TELEMETRY: 'true',
        RESTATE_LOG_FILTER: 'error,octocrab=off',
      },
    })
    process.on('exit', () => {
      server.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    })
    const lives = fork(new URL('service.js', import.meta.url), [String(service)], {
      env: { ...process.env, RESTATE_LOGGING: 'ERROR' },
    })
    await new Promise((resolve) => lives.once('message', resolve))
    const registration = JSON.stringify({ uri: `http://127.0.0.1:${service}`, force: true })
    for (let tries = 0; ; tries++) {
      try {
        return await post(admin, '/deployments', registration)
      } catch (error) {
        if (tries > 300) throw new Error('Restate does not start.', { cause: error })
        await sleep(200)
      }
    }
  },

  async fill(question) {
    ;({ keys } = question)
  },

  /** keys 0: every job has a key of its own. */
  async start({ atOnce }) {
    const name = ++run
    let asked = 0
    over = false
    const caller = async () => {
      while (!over) {
        const n = asked++
        await call(`${name}-${keys === 0 ? n : n % keys}`)
        ended++
      }
    }
    calls = Promise.all(Array.from({ length: atOnce }, caller))
    // Told by stop.
    calls.catch(() => undefined)
  },

  async stop() {
    over = true
    await calls
  },

  ended: async () => ({ ended }),

  async lone({ times }) {
    const name = ++run
    return oneByOne(times, 20, (n) => call(`${name}-${n}`))
  },
}

answerQuestions(({ does, ...question }) => ANSWERS[does](question).then((said) => said ?? {}))

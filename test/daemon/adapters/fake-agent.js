import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setInterval } from 'node:timers'

/**
 * A program with an agent CLI's interface that follows a script: the first turn of it whose `when` is found in the
 * arguments. It notes how it was called, and ends as it was told.
 */
const { log, turns } = JSON.parse(readFileSync(process.env.FAKE_AGENT, 'utf8'))
const args = process.argv.slice(2)
if (args.includes('--version')) {
  process.stdout.write('9.8.7 (Fake)\n')
  process.exit(0)
}
const turn = turns.find(({ when }) => when === undefined || args.join(' ').includes(when))
const stdin = turn.deaf ? '' : readFileSync(0, 'utf8')
appendFileSync(log, `${JSON.stringify({ args, stdin, cwd: process.cwd(), baton: process.env.BATON_TOKEN ?? null })}\n`)
for (const file of turn.writes ?? []) {
  mkdirSync(dirname(file), { recursive: true })
  if (!existsSync(file)) writeFileSync(file, '{}\n')
}
if (turn.hangs) {
  process.on('SIGTERM', () => {
    appendFileSync(log, `${JSON.stringify({ stopped: true })}\n`)
    process.exit(143)
  })
  setInterval(() => undefined, 1000)
}
process.stdout.write(turn.stdout ?? '')
process.stderr.write(turn.stderr ?? '')
process.exitCode = turn.code ?? 0

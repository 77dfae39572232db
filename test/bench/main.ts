import { parseArgs } from 'node:util'
import { BENCHES } from './benches.js'
import { machine } from './report/machine.js'
import { printResult } from './report/print.js'
import { keep, writeReport } from './report/report.js'
import { withSetting } from './setting/setting.js'

const USAGE = `Usage: npm run bench -- [name ...] [options]

Measures, and prints what came out. Without a name: all of them.

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(18)}${about}`)
  .join('\n')}

  --quick             less of everything: for a look, not for a figure
  --contestants REGEX only those whose name matches
  --against COMMIT    what \`builds\` and \`embedded\` measure this build against; with A..B \`builds\` measures B against A
  --report            writes the newest results of all benches into docs/performance.md
  --only NAME,NAME    of a report, only these are run anew`

if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    contestants: { type: 'string', default: '' },
    against: { type: 'string' },
    report: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})
const { quick, report, only } = values
const against = values.against ?? null
const asked = [...positionals, ...only.split(',').filter((name) => name !== '')]
if (asked.includes('builds') && against === null) {
  process.stderr.write('Say which build this one is measured against: --against COMMIT.\n')
  process.exit(1)
}
const order = Object.keys(BENCHES).filter((name) => name !== 'builds' || against !== null)
const unknown = asked.filter((name) => !order.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are: ${order.join(', ')}.\n`)
  process.exit(1)
}
if (report && values.contestants !== '') {
  process.stderr.write('A report has all contestants in it: leave --contestants out.\n')
  process.exit(1)
}
const pattern = new RegExp(values.contestants)
const isChosen = (name: string) => pattern.test(name)

for (const name of order.filter((one) => asked.length === 0 || asked.includes(one))) {
  const bench = BENCHES[name]
  if (bench === undefined) continue
  process.stderr.write(`\n${name}: ${bench.about}\n`)
  const { result, postgres } = await withSetting({ quick, isChosen, against }, async (setting) => ({
    result: await bench.run(setting),
    postgres: await setting.postgresVersion(),
  }))
  printResult(name, result)
  if (!report) continue
  const date = new Date().toISOString().slice(0, 10)
  const command = `npm run bench -- --report${quick ? ' --quick' : ''}${against === null ? '' : ` --against ${against}`}`
  await writeReport(keep(name, result, { date, machine: machine(postgres), command }), order)
}

import { parseArgs } from 'node:util'
import { BENCHES } from './benches.js'
import { printResult } from './report/print.js'
import { withSetting } from './setting/setting.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, contestants: { type: 'string', default: '' } },
})
const unknown = positionals.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.\n`)
  process.exit(1)
}
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES)
const pattern = new RegExp(values.contestants)
const isChosen = (name: string) => pattern.test(name)
for (const name of names) {
  const bench = BENCHES[name]
  if (bench === undefined) continue
  const result = await withSetting({ quick: values.quick, isChosen }, (setting) => bench.run(setting))
  printResult(name, result)
}

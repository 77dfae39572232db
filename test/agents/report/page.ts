import { EXPECTED } from '../expected.js'
import type { SituationName } from '../situations/situations.js'

/** The observed result of one situation with one CLI. */
export interface Tested {
  cli: string
  package: string
  situation: SituationName
  lines: string[]
  isAsExpected: boolean
}

const INTRODUCTION = `# Tested agents

\`npm run test:agents\` installs these agent CLIs from the npm registry into its own folder (\`.cache/agents\`), runs each with
the reference daemon against a model on loopback, and plays typical faults. Each message is marked, and the model records which
messages of the conversation it is shown, so the page shows what a session knows. At the end, the daemons are stopped, and no agent
process may be left.

\`npm run test:agents -- --mode report\` writes this page. \`npm run soak\` plays 15 minutes of random faults with four agents
at once.
`

/** The page as Markdown. `versions`: by package. */
export function page(tested: readonly Tested[], versions: Readonly<Record<string, string>>): string {
  const clis = [...new Map(tested.map((one) => [one.cli, one.package]))]
  const names = Object.keys(EXPECTED) as SituationName[]
  const cell = (situation: SituationName, cli: string) =>
    cellOf(tested.find((one) => one.situation === situation && one.cli === cli))
  return [
    INTRODUCTION,
    row(['situation', ...clis.map(([cli, name]) => `${cli} ${versions[name] ?? ''}`)]),
    row(['---', ...clis.map(() => '---')]),
    ...names.map((name) => row([name, ...clis.map(([cli]) => cell(name, cli))])),
    '\n**yes**: the CLI behaves as the rules expect. **its own way**: it behaves differently, as described below.\n',
    '## The attempts of each situation\n',
    'Each line is an attempt: what the server offers and why, how the attempt ends, which of the conversation’s messages the model is shown, and which ones it is told as quotes because its session does not have them.\n',
    ...names.flatMap((name) => [`### ${name}\n`, ...story(name, tested)]),
  ].join('\n')
}

function cellOf(one: Tested | undefined): string {
  if (one === undefined) return '-'
  if (!one.isAsExpected) return '**no**'
  return EXPECTED[one.situation].but?.[one.cli] === undefined ? 'yes' : 'its own way'
}

function story(name: SituationName, tested: readonly Tested[]): string[] {
  const { all, but = {} } = EXPECTED[name]
  const others = Object.entries(but).flatMap(([cli, other]) =>
    other === undefined
      ? []
      : [`\n${cli}: ${other.because}.\n`, ...list(other.lines), ...(other.or ? ['\nor\n', ...list(other.or)] : [])],
  )
  const failed = tested.filter((one) => one.situation === name && !one.isAsExpected)
  const seen = failed.flatMap(({ cli, lines }) => [`\n${cli}, **not as wanted**:\n`, ...list(lines)])
  return [...list(all), ...others, ...seen, '']
}

function list(lines: readonly string[]): string[] {
  return lines.map((line) => `- ${line}`)
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

import type { Command } from 'commander'
import { expect, it, vi } from 'vitest'
import { batonProgram } from '../../src/cli/program.js'
import { daemonCommand } from '../../src/daemon/reference/options.js'
import { PAGES, read } from '../support/docs-pages.js'
import { parsed } from './parsed.js'

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
const PROGRAMS: Readonly<Record<string, () => Command>> = {
  baton: batonProgram,
  'baton-daemon': () => daemonCommand('baton-daemon', () => Promise.resolve()),
}

/** What is written as code: the lines of blocks, and what stands between backquotes, also over the end of a line. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'))
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)]
  return [...blocks, ...spans.map(([, span = '']) => span.replace(/\s+/g, ' '))]
}

/** The words of a command line, without its comment, its variables, and the marks of what may be left out. */
function wordsOf(line: string): string[] {
  const words = line.replace(/(^|\s)# .*/, '').match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []
  return words
    .map((word) => (/['"]/.test(word) ? word.replace(/['"]/g, '') : word.replace(/^\[|\]$/g, '')))
    .filter((word, n, all) => !(/^[A-Z_]+=/.test(word) && all.slice(0, n).every((one) => /^[A-Z_]+=/.test(one))))
}

/** Every command does nothing. */
function idle(command: Command): Command {
  command.action(() => undefined)
  command.commands.forEach(idle)
  return command
}

const lines = PAGES.flatMap((page) =>
  codeOf(read(page)).flatMap((line): [string, string[]][] => {
    const words = wordsOf(line.replace(/.*(ExecStart=\S*\/)/, ''))
    return (words[0] ?? '') in PROGRAMS ? [[`${page}: ${line.trim()}`, words]] : []
  }),
)

it.each(lines)('the program accepts the command line %s', async (_, [name = '', ...args]) => {
  const program = PROGRAMS[name]
  if (program === undefined) throw new Error(`${name} is no program.`)
  // The environment has what the line does not name.
  vi.stubEnv('BATON_URL', 'http://127.0.0.1:4000')
  vi.stubEnv('BATON_TOKEN', 'baton_x')
  // Three dots stand for what else there may be.
  const isPart = args.includes('...') || args.length === 0
  const given = args.filter((arg) => arg !== '...')
  try {
    await parsed(idle(program()), given)
    expect(given).not.toContain('')
  } catch (error) {
    const told = (error as Error).message
    expect([told, isPart || /^--(help|version)$/.test(given.at(-1) ?? '')]).toEqual([told, true])
    expect(told).not.toContain('unknown')
  }
})

it('the docs have command lines of both programs', () => {
  const names = new Set(lines.map(([, [name]]) => name))
  expect([...names].sort()).toEqual(['baton', 'baton-daemon'])
  expect(lines.length).toBeGreaterThan(20)
})

it.each(PAGES)('%s names only npm scripts that exist', (page) => {
  const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].flatMap(([, name]) => name ?? [])
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

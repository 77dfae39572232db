import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { unmigrated } from '../../src/database/embedded-directory.js'
import { smallDisk, whyNoSmallDisk } from '../faults/small-disk.js'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { emptyDirectory, startInVain, startServer } from '../support/server-process.js'

let whole: string

beforeAll(async () => {
  const server = await startServer({ dataDirectory: emptyDirectory() })
  await server.stop()
  whole = server.dataDirectory
})

function copyOfWhole(change: (database: string) => void): string {
  const directory = emptyDirectory()
  cpSync(join(whole, 'database'), join(directory, 'database'), { recursive: true, preserveTimestamps: true })
  change(join(directory, 'database'))
  return directory
}

/** Path, mode and content of all files of the database. */
function filesOf(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) => path !== 'baton.lock')
  return Object.fromEntries(
    paths.sort().map((path) => {
      const place = join(directory, path)
      const stat = lstatSync(place)
      const content = stat.isFile() ? readFileSync(place) : stat.isSymbolicLink() ? readlinkSync(place) : ''
      return [path, `${stat.mode} ${createHash('sha256').update(content).digest('hex')}`]
    }),
  )
}

async function expectRefusal(dataDirectory: string, sentence: string): Promise<void> {
  const before = filesOf(dataDirectory)
  const { child, output } = await startInVain({ dataDirectory })
  expect(output.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(sentence)])
  expect(output.stderr).toContain(dataDirectory)
  expect(output.stdout).toBe('')
  expect(child.exitCode).toBe(1)
  expect(filesOf(dataDirectory)).toEqual(before)
}

const control = (database: string): string => join(database, 'global/pg_control')

it.each<[string, (database: string) => void, string]>([
  ['has lost PG_VERSION', (at) => rmSync(join(at, 'PG_VERSION')), 'but no PG_VERSION'],
  ['is of another major version', (at) => writeFileSync(join(at, 'PG_VERSION'), '16\n'), 'made by PostgreSQL 16'],
  ['has no pg_control', (at) => rmSync(control(at)), 'is damaged'],
  ['has a cut pg_control', (at) => writeFileSync(control(at), ''), 'pg_control is not whole'],
  ['has a pg_control of noise', (at) => writeFileSync(control(at), Buffer.alloc(8192, 0x37)), 'is damaged'],
  ['has no base', (at) => rmSync(join(at, 'base'), { recursive: true }), 'is damaged'],
  [
    'has an empty pg_wal',
    (at) => {
      rmSync(join(at, 'pg_wal'), { recursive: true })
      mkdirSync(join(at, 'pg_wal'))
    },
    'pg_wal has no files of the log',
  ],
])('a database that %s is refused in one sentence and stays unchanged', async (_what, change, sentence) => {
  await expectRefusal(copyOfWhole(change), sentence)
})

it('a first start that was cut off leaves no database, and the next start creates it', async () => {
  const directory = emptyDirectory()
  mkdirSync(join(directory, 'database.new/base'), { recursive: true })
  mkdirSync(join(directory, 'database'))
  const server = await startServer({ dataDirectory: directory })
  expect(existsSync(join(directory, 'database/PG_VERSION'))).toBe(true)
  expect(existsSync(join(directory, 'database.new'))).toBe(false)
  await server.stop()
})

it('a disk that fills up during migrations is reported as full, and other errors are not', () => {
  const directory = emptyDirectory()
  for (const code of ['53100', 'ENOSPC']) {
    const full = unmigrated(directory, Object.assign(new Error('could not extend file'), { code }))
    expect(full?.message).toBe(
      `There is no space left for the data directory ${directory}. Make room, and start again.`,
    )
  }
  expect(unmigrated(directory, Object.assign(new Error('syntax error'), { code: '42601' }))).toBeNull()
})

describeWherePossible(whyNoSmallDisk(), 'a disk', () => {
  it.each([
    ['a new directory', false],
    ['a database that is there', true],
  ])('that is full under %s is reported as full', async (_what, hasDatabase) => {
    const disk = smallDisk(200)
    try {
      if (hasDatabase) cpSync(join(whole, 'database'), join(disk.directory, 'database'), { recursive: true })
      disk.fill(0)
      await expectRefusal(disk.directory, 'There is no space left for the data directory')
    } finally {
      disk.remove()
    }
  })

  it('that is read-only is reported as read-only', async () => {
    const disk = smallDisk(200)
    try {
      cpSync(join(whole, 'database'), join(disk.directory, 'database'), { recursive: true })
      execFileSync('mount', ['-o', 'remount,ro', disk.directory])
      await expectRefusal(disk.directory, 'cannot be written to (EROFS)')
    } finally {
      disk.remove()
    }
  })
})

/** Root may do all: the server is started by a user that owns nothing here. */
const noOtherUser =
  process.getuid?.() === 0 && existsSync('/usr/bin/setpriv') ? null : 'only root can start a server as another user'

describeWherePossible(noOtherUser, 'a directory of another user', () => {
  it('is reported as not writable', async () => {
    const directory = copyOfWhole(() => {})
    chmodSync(directory, 0o755)
    const before = filesOf(directory)
    const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath] as const
    const { child, output } = await startInVain({
      dataDirectory: directory,
      command: [...command, 'dist/cli/baton.js'],
    })
    expect(output.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('cannot be written to (EACCES)')])
    expect(output.stderr).toContain(directory)
    expect(child.exitCode).toBe(1)
    expect(filesOf(directory)).toEqual(before)
    expect(statSync(directory).uid).toBe(0)
  })
})

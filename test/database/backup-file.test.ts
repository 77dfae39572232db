import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Headers } from 'tar-stream'
import { beforeAll, expect, it } from 'vitest'
import { NoBackup, readBackup, writeBackup } from '../../src/database/backup-file.js'
import { emptyDirectory, migratedDirectory } from '../support/server-process.js'

const MANIFEST = { name: 'baton-backup.json' }
const SAID = JSON.stringify({ format: 1, version: '9.9.9', takenAt: '2026-11-29T00:00:00.000Z' })
const nothing = () => undefined

type Made = [header: Headers, content?: string]

/** A tar of these entries after a manifest, compressed. */
async function made(entries: readonly Made[], first: Made | null = [MANIFEST, SAID]): Promise<string> {
  const file = join(emptyDirectory(), 'made.tgz')
  const tar = pack()
  const written = pipeline(tar, createGzip({ level: 1 }), createWriteStream(file))
  for (const [header, content = ''] of first === null ? entries : [first, ...entries]) tar.entry(header, content)
  tar.finalize()
  await written
  return file
}

async function refused(file: string): Promise<{ error: Error; left: string[]; outside: string[] }> {
  const outside = emptyDirectory()
  const into = join(outside, 'into')
  mkdirSync(into)
  const error = await readBackup(file, into, nothing).then(
    () => new Error('It was taken.'),
    (thrown: unknown) => thrown as Error,
  )
  return { error, left: readdirSync(into), outside: readdirSync(outside) }
}

let whole: string

beforeAll(async () => {
  whole = join(emptyDirectory(), 'whole.tgz')
  const out = createWriteStream(whole)
  const bytes = await writeBackup(await migratedDirectory(), { version: '1.2.3', takenAt: 'then' }, out, nothing)
  expect(bytes).toBeGreaterThan(1_000_000)
  await new Promise((resolve) => out.end(resolve))
})

it('a backup is read back unchanged', async () => {
  const into = emptyDirectory()
  expect(await readBackup(whole, into, nothing)).toEqual({ format: 1, version: '1.2.3', takenAt: 'then' })
  expect(readdirSync(into)).toEqual(['database'])
  expect(readFileSync(join(into, 'database/PG_VERSION'), 'utf8')).toBe('18\n')
})

const FILE: Headers = { name: 'database/PG_VERSION' }

it.each<[string, Made[], RegExp]>([
  [
    'leads out of the directory',
    [[{ name: 'database/../../outside' }, 'x']],
    /it contains "database\/\.\.\/\.\.\/outside"/,
  ],
  ['leads from the root', [[{ name: '/tmp/baton-outside' }, 'x']], /it contains ".*tmp\/baton-outside"/],
  ['leads to another folder', [[{ name: 'elsewhere/file' }, 'x']], /it contains "elsewhere\/file"/],
  ['has a backslash', [[{ name: 'database\\..\\..\\outside' }, 'x']], /was not written by baton backup/],
  [
    'is a symbolic link',
    [[{ name: 'database/base', type: 'symlink', linkname: '/tmp' }]],
    /it contains "database\/base"/,
  ],
  [
    'is a hard link',
    [[{ name: 'database/base', type: 'link', linkname: '/etc/passwd' }]],
    /it contains "database\/base"/,
  ],
  ['is a device', [[{ name: 'database/base', type: 'character-device' }]], /it contains "database\/base"/],
  [
    'is there twice',
    [
      [FILE, '18'],
      [FILE, '18'],
    ],
    /is not a whole backup/,
  ],
  [
    'is a file and a folder',
    [
      [FILE, '18'],
      [{ name: 'database/PG_VERSION/inner' }, 'x'],
    ],
    /is not a whole backup/,
  ],
])('a restore refuses an entry that %s, and writes nothing outside the directory', async (_what, entries, sentence) => {
  const { error, outside } = await refused(await made(entries))
  expect(error).toBeInstanceOf(NoBackup)
  expect(error.message).toMatch(sentence)
  expect(error.message).not.toContain('\n')
  expect(outside).toEqual(['into'])
  expect(existsSync('/tmp/baton-outside')).toBe(false)
})

it.each<[string, Made | null, RegExp]>([
  ['no manifest', null, /was not written by baton backup/],
  ['another manifest', [MANIFEST, 'no JSON'], /is not a whole backup/],
  ['a manifest without end', [MANIFEST, 'x'.repeat(2_000_000)], /was not written by baton backup/],
  [
    'the manifest of another format',
    [MANIFEST, SAID.replace('1', '2')],
    /was written by Baton 9\.9\.9, in another format/,
  ],
])('a restore refuses a tar with %s', async (_what, first, sentence) => {
  const { error, left } = await refused(await made([[FILE, '18']], first))
  expect(error).toBeInstanceOf(NoBackup)
  expect(error.message).toMatch(sentence)
  expect(left).toEqual([])
})

it('a restore refuses a file that was cut anywhere', async () => {
  const bytes = readFileSync(whole)
  for (const length of [0, 1, 100, Math.floor(bytes.length / 2), bytes.length - 9, bytes.length - 1]) {
    const file = join(emptyDirectory(), 'cut.tgz')
    writeFileSync(file, bytes.subarray(0, length))
    const { error } = await refused(file)
    expect([length, error.name, error.message]).toEqual([
      length,
      'Error',
      expect.stringMatching(/is not a whole backup|it is empty/),
    ])
    expect(error).toBeInstanceOf(NoBackup)
  }
})

it('a restore refuses a tar without its end, even if the compressed file is complete', async () => {
  const file = join(emptyDirectory(), 'cut.tgz')
  writeFileSync(file, gzipSync(gunzipSync(readFileSync(whole)).subarray(0, 1_000_000)))
  expect((await refused(file)).error.message).toMatch(/is not a whole backup/)
})

it('a restore refuses a changed file', async () => {
  const bytes = readFileSync(whole)
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 0xff, bytes.length >> 1)
  const file = join(emptyDirectory(), 'changed.tgz')
  writeFileSync(file, bytes)
  const { error } = await refused(file)
  expect(error).toBeInstanceOf(NoBackup)
})

/** As no library writes it: a header of whatever type that says that its content is so long. */
function header(name: string, type: string, size: number): Buffer {
  const bytes = Buffer.alloc(512)
  bytes.write(name)
  bytes.write('0000600\0', 100)
  // In base 256: what octal digits cannot say.
  bytes.writeUInt8(0x80, 124)
  bytes.writeBigUInt64BE(BigInt(size), 128)
  bytes.write(type, 156)
  bytes.write('ustar\u000000', 257)
  bytes.write('        ', 148)
  bytes.write(
    `${[...bytes]
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return bytes
}

async function afterManifest(...parts: Buffer[]): Promise<string> {
  const file = await made([])
  writeFileSync(file, gzipSync(Buffer.concat([gunzipSync(readFileSync(file)).subarray(0, 1024), ...parts])))
  return file
}

it('a restore refuses a backup that is larger than the free space before it writes anything', async () => {
  const { error, left } = await refused(await afterManifest(header('database/huge', '0', 2 ** 50), Buffer.alloc(4096)))
  expect(error).toMatchObject({ code: 'ENOSPC' })
  expect(left).toEqual([])
})

it('a restore refuses a header that would fill the memory', async () => {
  const { error } = await refused(await afterManifest(header('long', 'L', 2 ** 33), Buffer.alloc(64_000_000)))
  expect(error).toBeInstanceOf(NoBackup)
  expect(error.message).toMatch(/a header in it is too long/)
})

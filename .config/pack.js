import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, NOT_BUNDLED } from './bundle.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/packages')
const { version, license, engines, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Writes dist/packages/<name>/ and <name>-<version>.tgz beside it. */
async function pack({ name, description, entryPoints, manifest, fill }) {
  const folder = join(out, name)
  rmSync(folder, { recursive: true, force: true })
  const { metafile } = await bundle({
    entryPoints,
    outdir: join(folder, 'dist'),
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
  })
  const content = { name, version, description, license, type: 'module', engines, ...manifest }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(content, null, 2)}\n`)
  writeFileSync(join(folder, 'THIRD-PARTY.md'), licensesOf(metafile))
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  fill(folder)
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** The licences of all bundled packages. */
function licensesOf({ inputs }) {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  )
  const texts = [...packages].sort().map((path) => {
    const { name, version: of, license: kind } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? `Licensed under ${kind}.` : readFileSync(join(root, path, file), 'utf8').trim()
    return `## ${name} ${of}\n\n${text}\n`
  })
  return `# What is bundled\n\n${texts.join('\n')}`
}

function copy(parts, folder) {
  for (const part of parts) {
    if (!existsSync(join(root, part))) throw new Error(`${part} is missing.`)
    mkdirSync(dirname(join(folder, part)), { recursive: true })
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
}

/** The README's section about daemons. */
function daemonReadme() {
  const [section] = /^## A daemon\n[^]*?(?=^## )/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  if (section === undefined) throw new Error('README.md has no section "A daemon".')
  const agents = 'Each agent: [docs/agents.md](docs/agents.md). The server: [docs/install.md](docs/install.md).'
  return `${section.replace('## A daemon', '# baton-daemon')}${agents}\n`
}

/** Writes the library's types: those of src/daemon/client and of everything they refer to. */
function writeTypes(folder) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const files = ['create-daemon', 'client', 'handoff'].map((name) => join(root, `src/daemon/client/${name}.ts`))
  const options = [
    '--declaration',
    '--emitDeclarationOnly',
    '--noEmit',
    'false',
    '--incremental',
    'false',
    '--skipLibCheck',
  ]
  const modules = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2024,esnext.disposable', '--types', 'node']
  execFileSync(
    process.execPath,
    [
      tsc,
      '--ignoreConfig',
      ...files,
      ...options,
      ...modules,
      '--strict',
      '--rootDir',
      join(root, 'src'),
      '--outDir',
      join(folder, 'types'),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
}

execFileSync(process.execPath, [join(root, '.config/build.js')], { stdio: 'inherit' })
mkdirSync(out, { recursive: true })
for (const entry of readdirSync(out)) if (entry.endsWith('.tgz')) rmSync(join(out, entry))

const library = {
  'client/create-daemon': 'src/daemon/client/create-daemon.ts',
  'client/client': 'src/daemon/client/client.ts',
  'client/handoff': 'src/daemon/client/handoff.ts',
}
const inRoot = (entries) => Object.fromEntries(Object.entries(entries).map(([to, from]) => [to, join(root, from)]))
const exported = (folder) => ({
  types: `./types/daemon/client/${folder}.d.ts`,
  default: `./dist/client/${folder}.js`,
})

/** Files that are read at run time; the code beside them is bundled. */
const ROUTINES = 'dist/use-cases/transaction'

await pack({
  name: 'baton-server',
  description: 'Hands tasks to daemons that run coding agents, and decides which provider session each may resume.',
  entryPoints: inRoot({ 'cli/baton': 'src/cli/baton.ts', 'chunks/agent-cli': 'src/demo/agent-cli.ts' }),
  manifest: {
    bin: { baton: 'dist/cli/baton.js' },
    dependencies: Object.fromEntries(NOT_BUNDLED.map((name) => [name, dependencies[name]])),
  },
  fill(folder) {
    const routines = readdirSync(join(root, ROUTINES)).filter((name) => name.endsWith('.sql'))
    const parts = ['prisma/migrations', 'dist/dashboard', 'schema.graphql', 'README.md', 'docs']
    copy([...parts, ...routines.map((name) => `${ROUTINES}/${name}`)], folder)
  },
})
await pack({
  name: 'baton-daemon',
  description:
    'Claims tasks from a Baton server and runs them with coding agents: a command, and a library with types.',
  entryPoints: inRoot({ 'cli/baton-daemon': 'src/daemon/reference/main.ts', ...library }),
  manifest: {
    bin: { 'baton-daemon': 'dist/cli/baton-daemon.js' },
    exports: { '.': exported('create-daemon'), './client': exported('client'), './handoff': exported('handoff') },
  },
  fill(folder) {
    writeTypes(folder)
    copy(['docs'], folder)
    writeFileSync(join(folder, 'README.md'), daemonReadme())
  },
})
for (const file of readdirSync(out).filter((name) => name.endsWith('.tgz')))
  process.stdout.write(`dist/packages/${file}\n`)

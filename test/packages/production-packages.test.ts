import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'
import { build } from '../support/spawned-server.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface LockedPackage {
  dev?: true
  optional?: true
  devOptional?: true
  peer?: true
  hasInstallScript?: true
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

/** What `npm ci --omit=dev --omit=optional --omit=peer` leaves (the Dockerfile's): paths, node_modules/... */
const production = Object.entries(packages)
  .filter(([path, { dev, optional, devOptional, peer }]) => path !== '' && !dev && !optional && !devOptional && !peer)
  .map(([path]) => path)

it('no production package has an install script', () => {
  expect(production.length).toBeGreaterThan(50)
  expect(production.filter((path) => packages[path]?.hasInstallScript)).toEqual([])
})

it('a server with only these packages, installed without scripts, starts and answers', async () => {
  const directory = emptyDirectory()
  for (const path of production) {
    // Packages inside of packages come with them.
    if (path.lastIndexOf('node_modules/') > 0) continue
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    symlinkSync(join(ROOT, path), join(directory, path))
  }
  await build()
  for (const part of ['dist', 'prisma', 'package.json']) {
    cpSync(join(ROOT, part), join(directory, part), { recursive: true })
  }
  // Links are not followed when a package looks for another one: it finds no more than what is linked.
  const alone = ['--preserve-symlinks', '--preserve-symlinks-main', join(directory, 'dist/cli/baton.js')]
  const server = await startServer({
    env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN },
    command: [process.execPath, ...alone],
  })
  expect(await requestGraphQL(server.url, ADMIN_TOKEN, '{ viewer { kind } }')).toMatchObject({
    data: { viewer: { kind: 'ROOT' } },
  })
  const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('Baton')
  expect(await server.stop()).toBe(0)
})

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { describeWherePossible } from '../../support/describe-where-possible.js'
import { startMockServer } from './mock-server.js'
import type { MockServer } from './mock-server.js'
import { makeWorkspace } from './world-stories.js'
import type { Workspace } from './world-stories.js'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const FLAGS = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** CHROMIUM_PATH, else what the PATH has; null where there is none. */
function findBrowser(): string | null {
  const named = process.env['CHROMIUM_PATH'] ?? ''
  if (named !== '') return named
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return candidates.find((file) => existsSync(file)) ?? null
}

interface Screen {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
}

export interface Stage extends Omit<Workspace, 'server'> {
  host: MockServer
  /** The page at `path`, in a browser window of its own that has never been here. */
  open: (path: string, screen?: Screen) => Promise<Page>
  storyPath: (query?: string) => string
}

/**
 * Tests that need a browser: skipped, and said to be, where there is none, but failed where CI is set. Each suite has a
 * world, a server and a browser of its own, and each test fails when the page complains about anything.
 */
export function describeInBrowser(name: string, tests: (stage: () => Stage) => void): void {
  const executablePath = findBrowser()
  const obstacle = executablePath === null ? 'there is no Chromium on the PATH, and CHROMIUM_PATH is not set.' : null
  describeWherePossible(obstacle, name, () => {
    let browser: Browser | undefined
    let stage: Stage | undefined
    const complaints: string[] = []
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: FLAGS })
      stage = await setStage(browser, complaints)
    })
    afterEach(async () => {
      for (const context of browser?.contexts() ?? []) await context.close()
      expect(complaints.splice(0)).toEqual([])
    })
    afterAll(async () => {
      await browser?.close()
      await stage?.host.close()
    })
    tests(() => stage ?? never())
  })
}

/** A server that has gone, or one that refuses. A file of the page that is not there is never expected. */
function isExpected(text: string, url: string): boolean {
  if (text.startsWith('Failed to load resource: net::')) return true
  return text.startsWith('Failed to load resource') && (url.endsWith('/graphql') || url.endsWith('/session'))
}

function never(): never {
  throw new Error('The browser has not been started.')
}

async function setStage(browser: Browser, complaints: string[]): Promise<Stage> {
  const workspace = makeWorkspace()
  const host = await startMockServer(workspace.world)
  const open = async (path: string, { width = 1280, height = 900, scheme = 'light' }: Screen = {}) => {
    const options: BrowserContextOptions = {
      viewport: { width, height },
      colorScheme: scheme,
      locale: 'en-GB',
      timezoneId: 'UTC',
      permissions: ['clipboard-read', 'clipboard-write'],
    }
    const page = await (await browser.newContext(options)).newPage()
    await page.clock.setFixedTime(new Date(workspace.world.time + 2_000))
    page.on('console', (message) => {
      // Browsers report every status that is no success, also the ones that the page asks for on purpose.
      const expected = isExpected(message.text(), message.location().url)
      if ((message.type() === 'error' || message.type() === 'warning') && !expected) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(host.url)) complaints.push(`The page asked ${request.url()}`)
    })
    await page.goto(host.url + path)
    return page
  }
  return { ...workspace, host, open, storyPath: (query = '') => `/sessions/${workspace.story.id}${query}` }
}

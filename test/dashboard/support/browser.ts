import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { findChromium, launchChromium, NO_BROWSER } from '../../support/chromium.js'
import { describeWherePossible } from '../../support/describe-where-possible.js'

export interface Screen {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
  /** Milliseconds since 1970 that the page takes for now; default: the real time. */
  time?: number
}

/** The page at `url`, in a browser window of its own that has never been here. */
export type OpenPage = (url: string, screen?: Screen) => Promise<Page>

/**
 * Tests that need a browser: skipped, and said to be, where there is none, but failed where CI is set. Each suite has a
 * browser of its own, and each test fails when the page complains about anything.
 */
export function describeWithBrowser(name: string, tests: (open: OpenPage) => void): void {
  describeWherePossible(findChromium() === null ? NO_BROWSER : null, name, () => {
    let browser: Browser | undefined
    const complaints: string[] = []
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterEach(async () => {
      for (const context of browser?.contexts() ?? []) await context.close()
      expect(complaints.splice(0)).toEqual([])
    })
    afterAll(async () => {
      await browser?.close()
    })
    tests(async (url, screen) => openPage(browser ?? never(), url, screen ?? {}, complaints))
  })
}

/** A server that has gone, or one that refuses. A file of the page that is not there is never expected. */
function isExpected(text: string, url: string): boolean {
  if (text.startsWith('Failed to load resource: net::')) return true
  return text.startsWith('Failed to load resource') && /\/(?:graphql|session)$/.test(url)
}

function never(): never {
  throw new Error('The browser has not been started.')
}

async function openPage(browser: Browser, url: string, screen: Screen, complaints: string[]): Promise<Page> {
  const { width = 1280, height = 900, scheme = 'light', time } = screen
  const options: BrowserContextOptions = {
    viewport: { width, height },
    colorScheme: scheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  }
  const page = await (await browser.newContext(options)).newPage()
  if (time !== undefined) await page.clock.setFixedTime(new Date(time))
  page.on('console', (message) => {
    // Browsers report every status that is no success, also the ones that the page asks for on purpose.
    const expected = isExpected(message.text(), message.location().url)
    if ((message.type() === 'error' || message.type() === 'warning') && !expected) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`The page asked ${request.url()}`)
  })
  await page.goto(url)
  return page
}

import type { Browser, Page } from 'playwright-core'
import { ADMIN_TOKEN } from '../setting/admin-token.js'

/** What the browser itself measured of a page so far. */
export interface PageFigures {
  /** Milliseconds from the start of the navigation to the first thing that is painted. */
  firstPaint: number
  /** To the first element of `ready`, and the frame that shows it. NaN: it has not come yet. */
  ready: number
  /** Cumulative layout shift: 0 is none. What follows an input within half a second does not count. */
  shift: number
  /** What moved, and from where to where: x, y, width and height. */
  moved: readonly string[]
  /** KB that came over the network, compressed as they were. */
  kilobytes: number
  /** What took more than 100 ms, in words. */
  slow: readonly string[]
  /** Milliseconds from an input to the next frame; of those under 16, that is all that is known. */
  interactions: readonly number[]
}

/** In the page, before any of its own scripts. */
const WATCH = (ready: string) => `(() => {
  const seen = window.seen = { ready: NaN, shift: 0, moved: new Set(), slow: [], interactions: new Map() }
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue
      seen.shift += value
      for (const { node, previousRect: from, currentRect: to } of sources) {
        const name = node === null ? 'something that is gone' : (node.className || node.nodeName)
        seen.moved.add(name + ' from ' + [from.x, from.y, from.width, from.height] + ' to ' + [to.x, to.y, to.width, to.height])
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const { interactionId, duration, name, target, startTime, processingStart, processingEnd } of list.getEntries()) {
      if (interactionId === 0) continue
      seen.interactions.set(interactionId, Math.max(duration, seen.interactions.get(interactionId) ?? 0))
      if (duration <= 100) continue
      const [waited, ran] = [processingStart - startTime, processingEnd - processingStart].map(Math.round)
      seen.slow.push(name + ' on ' + (target?.className || target?.nodeName) + ' at ' + location.pathname.slice(0, 12) +
        location.search + ': ' + duration + ' ms, of which it waited ' + waited + ' and ran ' + ran)
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })
  const look = () => {
    if (document.querySelector(${JSON.stringify(ready)}) === null) requestAnimationFrame(look)
    else requestAnimationFrame(() => { seen.ready = performance.now() })
  }
  requestAnimationFrame(look)
})()`

const SHOWN = `new Promise((resolve) => {
  const look = () => (Number.isFinite(seen.ready) ? resolve() : requestAnimationFrame(look))
  look()
})`

const READ = `({
  firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  ready: seen.ready,
  shift: seen.shift,
  moved: [...seen.moved],
  kilobytes: performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    .filter(({ name }) => !new URL(name).pathname.startsWith('/graphql'))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000,
  slow: seen.slow,
  interactions: [...seen.interactions.values()],
})`

/** The page in a window that has never been here, signed in; resolves once an element of `ready` is shown. */
export async function openWatched(browser: Browser, url: string, ready: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(`localStorage.setItem('baton.token', ${JSON.stringify(ADMIN_TOKEN)})`)
  await page.addInitScript(WATCH(ready))
  await page.goto(url)
  await page.locator(ready).first().waitFor()
  await page.evaluate(SHOWN)
  return page
}

export async function figuresOf(page: Page): Promise<PageFigures> {
  return await page.evaluate<PageFigures>(READ)
}

import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'

/** What is on the page in the end, and so after every answer that it asked for. */
const PAGES: Readonly<Record<string, (stage: Stage) => { path: string; ready: string }>> = {
  'the list of sessions': () => ({ path: '/', ready: '.session-list li' }),
  'a conversation': ({ storyPath }) => ({ path: storyPath(), ready: '.started-fresh' }),
  'the events of a session': ({ storyPath }) => ({ path: storyPath('?view=events'), ready: '.event' }),
  'the fleet': () => ({ path: '/fleet', ready: '.waiting li' }),
  'the agents': () => ({ path: '/agents', ready: '.agents a' }),
  'an agent': ({ agent }) => ({ path: `/agents/${agent.id}`, ready: '.fields .field' }),
  'the tokens': () => ({ path: '/tokens', ready: '.token' }),
}

/** In the page's own words; what follows an input does not count. */
const SHIFTS = `new Promise((resolve) => {
  const moved = []
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) moved.push(...sources.map(({ node }) => node?.className || node?.nodeName || 'gone'))
    }
  }).observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => resolve(moved), 200)
})`

const STEP_MS = 120

describeInBrowser('Nothing moves while a page loads', (stage) => {
  for (const [name, pageOf] of Object.entries(PAGES)) {
    it.each(['first', 'last'])(
      `${name}, with the answers at different times and the first query answered %s`,
      async (turn) => {
        const { host, open } = stage()
        const { path, ready } = pageOf(stage())
        const asked: string[] = []
        host.delayOf = (document) => {
          if (!asked.includes(document)) asked.push(document)
          const place = asked.indexOf(document)
          return STEP_MS * (turn === 'first' ? place : Math.max(0, 8 - place))
        }
        const page = await open(path)
        await page.locator(ready).first().waitFor()
        await page.locator('.live-live').waitFor()
        await expect.poll(() => page.locator('.skeleton').count()).toBe(0)
        await page.waitForTimeout(8 * STEP_MS)
        expect(await page.evaluate(SHIFTS)).toEqual([])
        host.delayOf = () => 0
      },
    )
  }
})

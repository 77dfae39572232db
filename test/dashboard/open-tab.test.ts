import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'
import { claim, complete, enqueue, pin, start } from './support/world-runs.js'
import type { WorldConversation } from './support/world.js'

const CHATS = 1_500
const BUSY_SECONDS = 20
const EVENTS_A_SECOND = 20

describeInBrowser('A tab that is left open', (stage) => {
  it('sends at most one query per second with a long list and a busy log, and shows the changes', async () => {
    const chats = openChats(stage(), CHATS)
    const page = await stage().open('/')
    await loadRows(page, 300)
    await page.evaluate('window.scrollTo(0, 0)')
    const asked = watch(stage())
    await busy(stage(), chats.slice(-3))
    expect(asked.queries()).toBeLessThanOrEqual(BUSY_SECONDS + 1)
    const newest = page.locator('.session-list li').first()
    await newest.getByText('Completed').waitFor()
    expect(asked.queries()).toBeGreaterThan(2)
  })

  it('sends no query while it is hidden, and catches up when it is shown', async () => {
    const [chat] = openChats(stage(), 1)
    const page = await stage().open('/')
    await page.locator('.session-list li', { hasText: chat?.title ?? '' }).waitFor()
    await page.locator('.live-live').waitFor()
    await hide(page, true)
    const asked = watch(stage())
    await busy(stage(), chat === undefined ? [] : [chat], 4)
    expect(asked.queries()).toBe(0)
    await hide(page, false)
    await page
      .locator('.session-list li', { hasText: chat?.title ?? '' })
      .getByText('Completed')
      .waitFor()
  })

  it('sends at most one query per second with a busy session', async () => {
    const [chat] = openChats(stage(), 1)
    const page = await stage().open(`/sessions/${chat?.id ?? ''}`)
    await page.locator('.next-claim').first().getByText('start').waitFor()
    await page.locator('.live-live').waitFor()
    const asked = watch(stage())
    await busy(stage(), chat === undefined ? [] : [chat], 8)
    expect(asked.queries()).toBeLessThanOrEqual(9)
    await page.locator('.next-claim').first().getByText('RESUME').waitFor()
  })

  it('sends at most one query per second with the fleet', async () => {
    const page = await stage().open('/fleet')
    await page.locator('.runtime').first().waitFor()
    const asked = watch(stage())
    await sleep(6_000)
    expect(asked.queries()).toBeGreaterThan(0)
    expect(asked.queries()).toBeLessThanOrEqual(7)
  })
})

function openChats({ world }: Stage, count: number): WorldConversation[] {
  const agent = world.agents[0] ?? never()
  return Array.from({ length: count }, (_, index) => {
    world.pass(1)
    return world.open(agent, `Chat ${world.conversations.length} of ${index}`)
  })
}

function never(): never {
  throw new Error('The world has no agent.')
}

async function loadRows(page: Page, count: number): Promise<void> {
  await page.locator('.session-list li').first().waitFor()
  await expect
    .poll(async () => {
      await page.evaluate('window.scrollTo(0, document.body.scrollHeight)')
      return Number(await page.locator('.session-list li').last().getAttribute('aria-posinset'))
    })
    .toBeGreaterThanOrEqual(count)
}

/** Counts what the page asks from now on, the stream of the log left out. */
function watch({ host }: Stage): { queries: () => number } {
  let queries = 0
  host.onAsked = (document) => {
    if (!document.startsWith('subscription')) queries += 1
  }
  return { queries: () => queries }
}

/** Runs in these chats, one after the other, as many events a second as a busy workspace has. */
async function busy({ world }: Stage, chats: readonly WorldConversation[], seconds = BUSY_SECONDS): Promise<void> {
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    for (const chat of chats) {
      const before = world.log.length
      world.pass(1_000)
      const task = enqueue(world, chat, 'Go on')
      const { sessionId } = claim(world, task)
      start(world, task)
      pin(world, task, sessionId ?? world.random.uuid(), '/work/busy')
      complete(world, task, 'Done.')
      await sleep(((world.log.length - before) * 1_000) / EVENTS_A_SECOND)
    }
  }
}

async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })`)
}

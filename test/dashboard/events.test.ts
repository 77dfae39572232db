import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import { enqueue } from './support/world-runs.js'
import { work } from './support/world-stories.js'
import { found } from './support/world.js'
import type { World, WorldConversation } from './support/world.js'

/** Versions of the claims that were denied a session that was there, newest first. */
function denied({ events }: WorldConversation): number[] {
  const claims = events.flatMap((event) => (event.type === 'TASK_CLAIMED' ? [event] : []))
  return claims
    .filter(({ data: { decision } }) => decision?.outcome === 'FRESH' && decision.reason !== 'NO_PRIOR_SESSION')
    .filter(({ data: { decision } }) => decision?.reason !== 'FORCED_FRESH')
    .map(({ version }) => version)
    .toReversed()
}

/** A conversation of its own, so that tests do not see each other's events. */
function quietConversation(world: World): WorldConversation {
  const agent = found(world.agents[0])
  const conversation = world.open(agent, 'A quiet one')
  work(world, conversation, [world.runtime(agent.runtimeId)], 60)
  return conversation
}

describeInBrowser('The events of a session', (stage) => {
  it('a row of a denied resume opens to the expected and the found values and the evidence', async () => {
    const { open, storyPath } = stage()
    const page = await open(storyPath('?view=events'))
    const row = page.locator('.event', { has: page.locator('[data-version="22"]') })
    await page.locator('.event').first().waitFor()
    await page.keyboard.press('End')
    await row.getByRole('button').first().click()
    await row.getByText('FRESH').first().waitFor()
    const compared = row.locator('tr.decides')
    expect(await compared.textContent()).toMatch(/Runtime.*maria-mbp \/ claude.*build-02 \/ claude/)
    await expect.poll(() => row.locator('.candidates tbody tr').count()).toBe(1)
    await expect.poll(() => row.getByRole('button', { name: /^event \d+$/ }).count()).toBe(1)
    expect(await row.locator('.decision-words').textContent()).not.toContain('rt_')
  })

  it('opens the event that a link names', async () => {
    const { open, storyPath } = stage()
    const page = await open(storyPath('?event=22'))
    const row = page.locator('[data-version="22"]')
    await row.waitFor()
    await expect.poll(() => row.getAttribute('aria-expanded')).toBe('true')
    await expect.poll(async () => (await row.boundingBox())?.y ?? -1).toBeGreaterThan(40)
    expect((await row.boundingBox())?.y).toBeLessThan(900)
  })

  it('says what the next claim of each runtime would get, and why', async () => {
    const { open, storyPath } = stage()
    const page = await open(storyPath('?view=events'))
    const claims = page.locator('.next-claim')
    await claims.nth(2).getByText('FRESH').waitFor()
    expect(await claims.nth(0).textContent()).toMatch(
      /next claim would RESUME because the newest session lives on this/,
    )
    expect(await claims.nth(1).textContent()).toMatch(
      /next claim would start FRESH because the session lives on another/,
    )
  })

  it('handles 10,000 events with few rows in the document, and n finds the next denied claim in pages that are not loaded', async () => {
    const { open, world, laptop } = stage()
    const conversation = world.open(found(world.agents[0]), 'A long one')
    work(world, conversation, [laptop, found(world.runtimes[1])], 10_000)
    const page = await open(`/sessions/${conversation.id}?view=events`)
    await page.locator('.event').first().waitFor()
    expect(await page.locator('.event').count()).toBeLessThan(100)
    await page.keyboard.press('n')
    const [first, second] = denied(conversation)
    await expect.poll(() => new URL(page.url()).searchParams.get('event')).toBe(String(first))
    await page.keyboard.press('n')
    await expect.poll(() => new URL(page.url()).searchParams.get('event')).toBe(String(second))
    const old = found(denied(conversation).find((version) => version < 9_000))
    await page.goto(`${stage().host.url}/sessions/${conversation.id}?event=${old}`)
    await expect
      .poll(() => page.locator(`[data-version="${old}"]`).getAttribute('aria-expanded'), { timeout: 30_000 })
      .toBe('true')
    expect(await page.locator('.event').count()).toBeLessThan(100)
  })

  it('shows new events at once while the newest row is in view', async () => {
    const { open, world } = stage()
    const conversation = quietConversation(world)
    const page = await open(`/sessions/${conversation.id}?view=events`)
    await page.locator('.live-live').waitFor()
    await page.locator('.event').first().waitFor()
    enqueue(world, conversation, 'Something new')
    await page.getByText('Message: Something new').waitFor()
    expect(await page.locator('.event').first().textContent()).toContain('Queued for')
  })

  it('counts new events, and moves no row, while somebody reads further down', async () => {
    const { open, world } = stage()
    const conversation = quietConversation(world)
    const page = await open(`/sessions/${conversation.id}?view=events`)
    await page.locator('.live-live').waitFor()
    const row = page.locator(`[data-version="${conversation.events.length - 30}"]`)
    await page.mouse.wheel(0, 900)
    await row.waitFor()
    await page.waitForTimeout(300)
    const before = await row.boundingBox()
    enqueue(world, conversation, 'Something new')
    const pill = page.getByRole('button', { name: '2 new' })
    await pill.waitFor()
    expect(await row.boundingBox()).toEqual(before)
    await pill.click()
    await page.getByText('Message: Something new').waitFor()
  })

  it('shows no new events while it is paused, and all of them afterwards', async () => {
    const { open, world } = stage()
    const conversation = quietConversation(world)
    const page = await open(`/sessions/${conversation.id}?view=events`)
    await page.locator('.live-live').waitFor()
    await page.locator('.event').first().waitFor()
    await page.keyboard.press('p')
    enqueue(world, conversation, 'Something new')
    await page.getByText('Paused · 2 new').waitFor()
    expect(await page.getByText('Message: Something new').count()).toBe(0)
    await page.keyboard.press('p')
    await page.getByText('Message: Something new').waitFor()
  })

  it('polls the log if the server has no subscriptions', async () => {
    const { open, world, host } = stage()
    host.streams = false
    const conversation = quietConversation(world)
    const page = await open(`/sessions/${conversation.id}?view=events`)
    await page.locator('.live-polling').waitFor()
    await page.locator('.event').first().waitFor()
    enqueue(world, conversation, 'Something new')
    await page.getByText('Message: Something new').waitFor()
    expect(await page.locator('.live-live').count()).toBe(0)
    host.streams = true
  })

  it('keeps filters in the URL, with counts', async () => {
    const { open, storyPath, story } = stage()
    const page = await open(storyPath('?view=events'))
    const chip = page.getByRole('group', { name: 'Claims' }).getByRole('button', { name: /Other runtime/ })
    const count = Number(await chip.locator('.filter-count').textContent())
    const claims = story.events.filter(
      (event) => event.type === 'TASK_CLAIMED' && event.data.decision?.reason === 'RUNTIME_MISMATCH',
    )
    expect(count).toBe(claims.length)
    await chip.click()
    await expect.poll(() => page.locator('.event').count()).toBe(count)
    expect(page.url()).toContain('reason=RUNTIME_MISMATCH')
  })
})

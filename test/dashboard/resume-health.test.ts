import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'
import { decisionsSince } from './support/mock-health.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
/** A bucket of a week is six hours long: the first label falls on each of them. */
const HOURS = [4.5, 10.5, 16.5, 22.5]

/** What claims of the last week were told, as the page counts them: whole hours. */
function ofTheWeek({ world }: Stage) {
  const end = Math.ceil((world.time + 2_000) / HOUR_MS) * HOUR_MS
  return decisionsSince(world, new Date(end - WEEK_MS).toISOString(), null)
}

const number = (page: Page, label: string) => page.locator('.numbers > div', { hasText: label }).locator('dd')

describeInBrowser('Resume health', (stage) => {
  it('shows the share of resumes among the claims that had a session, not among all', async () => {
    const decisions = ofTheWeek(stage()).map(({ data }) => data.decision)
    const had = decisions.filter((one) => one?.reason !== 'NO_PRIOR_SESSION' && one?.reason !== 'FORCED_FRESH')
    const resumed = decisions.filter((one) => one?.outcome === 'RESUME')
    expect(had.length).toBeLessThan(decisions.length)
    const page = await stage().open('/resume')
    await number(page, 'Resume rate').waitFor()
    expect(await number(page, 'Resume rate').textContent()).toBe(`${Math.round((100 * resumed.length) / had.length)} %`)
    expect(await number(page, 'Denied a session').textContent()).toBe(String(had.length - resumed.length))
  })

  it('links each reason to exactly its claims, and each claim to its event', async () => {
    const page = await stage().open('/resume')
    const reasons = page.locator('.reason-bars a')
    await reasons.first().waitFor()
    const count = await reasons.count()
    expect(count).toBeGreaterThan(2)
    for (let index = 0; index < count; index++) {
      const bar = page.locator('.reason-bars li').nth(index)
      const claims = Number(/^\d+/.exec((await bar.locator('.reason-count').textContent()) ?? '')?.[0])
      await bar.locator('a').click()
      await expect.poll(() => page.locator('.claims li').count()).toBe(claims)
      await page.getByRole('button', { name: /^Reason: .*remove this filter$/ }).waitFor()
      await page.goBack()
      await reasons.first().waitFor()
    }
    const [last] = ofTheWeek(stage())
      .filter(({ data }) => data.decision?.reason === 'RUNTIME_MISMATCH')
      .toReversed()
    await page.goto(`${stage().host.url}/resume/claims?reason=RUNTIME_MISMATCH`)
    await page.locator('.claims a').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.event-detail').waitFor()
    expect(page.url()).toContain(`/sessions/${last?.conversationId ?? ''}?event=${last?.version ?? 0}`)
  })

  it('removes a filter of the claims and shows the others', async () => {
    const page = await stage().open('/resume/claims?reason=RUNTIME_MISMATCH')
    await page.locator('.claims li').first().waitFor()
    const before = await page.locator('.claims li').count()
    await page.getByRole('button', { name: /^Reason:/ }).click()
    await expect.poll(() => page.locator('.claims li').count()).toBeGreaterThan(before)
    expect(page.url()).not.toContain('reason')
  })

  it.each([360, 1280])('has no overlapping labels, at %i px, at any hour', async (width) => {
    const { world, open } = stage()
    const midnight = Math.ceil(world.time / DAY_MS) * DAY_MS
    for (const [period, hour] of [['day', 3], ['month', 3], ...HOURS.map((one) => ['week', one] as const)] as const) {
      const page = await open(`/resume?period=${period}`, { width, time: midnight + hour * HOUR_MS })
      await page.locator('.chart svg text').nth(3).waitFor({ state: 'attached' })
      await page.locator('.reason-bars li').first().waitFor()
      const overlapping = await page.evaluate<string[]>(OVERLAPPING)
      expect({ period, hour, overlapping }).toEqual({ period, hour, overlapping: [] })
      await page.context().close()
    }
  })

  it('adds up the reported usage by day and agent', async () => {
    const { world, agent } = stage()
    const end = world.log.findLast(
      ({ type, conversationId }) =>
        type === 'TASK_COMPLETED' && world.conversation(conversationId).agentId === agent.id,
    )
    const none = { cacheReadTokens: null, cacheWriteTokens: null, contextUsed: null, contextMax: null }
    const usage = { model: 'large', inputTokens: 1_200, outputTokens: 340, costUsd: 0.5, ...none }
    Object.assign(end?.data ?? {}, { usage })
    const page = await stage().open('/resume?period=month')
    const row = page.locator('.usage tbody tr').first()
    await row.waitFor()
    expect(await row.locator('th, td').allTextContents()).toEqual([
      end?.occurredAt.slice(0, 10),
      agent.name,
      ...['1', '1,200', '0', '0', '340', '$0.50'],
    ])
    expect(await page.locator('.usage tfoot').textContent()).toContain('1 agent')
  })
})

/** Pairs of labels whose boxes lie over each other. Runs in the page. */
const OVERLAPPING = `(() => {
  const labels = [...document.querySelectorAll('.chart text, .reason-bars .chip, .reason-count, .numbers dt, .numbers dd, .chart-key')]
    .map((element) => ({ text: element.textContent, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0)
  return labels.flatMap((one, index) => labels.slice(index + 1).flatMap((other) => {
    const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
    const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
    return across > 1 && down > 1 ? [one.text + ' / ' + other.text] : []
  }))
})()`

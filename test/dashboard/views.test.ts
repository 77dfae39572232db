import { expect, it } from 'vitest'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('The other views of a session', (stage) => {
  it('open with one key each, and each has an address', async () => {
    const { open, storyPath } = stage()
    const page = await open(storyPath())
    await page.locator('.turn').first().waitFor()
    await page.keyboard.press('2')
    await page.locator('.event').first().waitFor()
    expect(page.url()).toContain('view=events')
    await page.keyboard.press('3')
    await page.locator('.lane-chart').waitFor()
    expect(page.url()).toContain('view=lanes')
    await page.keyboard.press('4')
    await page.locator('.pointer-chart').waitFor()
    expect(page.url()).toContain('view=pointer')
    await page.keyboard.press('1')
    await page.locator('.turn').first().waitFor()
    expect(page.url()).not.toContain('view=')
  })

  it('show each task as a bar, each resume as a solid arrow and each denied resume as a dashed one with its reason', async () => {
    const { open, storyPath, story, world } = stage()
    const page = await open(storyPath('?view=lanes'))
    await page.locator('.run').first().waitFor()
    const tasks = [...world.tasks.values()].filter(({ conversationId }) => conversationId === story.id)
    const reasons = story.events.flatMap((event) =>
      event.type === 'TASK_CLAIMED' ? (event.data.decision?.reason ?? []) : [],
    )
    await expect.poll(() => page.locator('.run').count()).toBe(tasks.length)
    await expect
      .poll(() => page.locator('.link-resumed').count())
      .toBe(reasons.filter((one) => one === 'SAME_RUNTIME').length)
    const lost = reasons.filter((one) => one !== 'SAME_RUNTIME' && one !== 'NO_PRIOR_SESSION')
    await expect.poll(() => page.locator('.link-denied').count()).toBe(lost.length)
    expect(await page.locator('.denied-words').allTextContents()).toContain('✕ Other runtime')
    await expect.poll(() => page.locator('.fold').count()).toBeGreaterThan(1)
  })

  it('draw the pointer as it was at every event', async () => {
    const { open, storyPath, story, agent } = stage()
    const page = await open(storyPath('?view=pointer'))
    await page.locator('.pointer-value').nth(5).waitFor({ state: 'attached' })
    await expect.poll(() => page.getByText('still loading').count()).toBe(0)
    const drawn = await page
      .locator('.pointer-value')
      .evaluateAll((lines) =>
        lines.map((line) => [line.getAttribute('data-version'), line.getAttribute('data-session')]),
      )
    const stepAt = (version: number) => drawn.findLast(([from]) => Number(from) <= version)?.[1]
    for (const { version, after } of story.events) {
      expect([version, stepAt(version)]).toEqual([version, pointerOf(after, agent.policy).binding?.sessionId ?? 'none'])
    }
  })

  it('travel in time: they show bindings and decision as of a past event', async () => {
    const { open, storyPath, story } = stage()
    const reset = story.events.find(({ type }) => type === 'SESSION_RESET')
    const page = await open(storyPath(`?view=pointer&at=${reset?.position}`))
    await page.getByText(`You are viewing the state as of event ${reset?.version}`).waitFor()
    await page.locator('.next-claim').first().getByText('a person dropped the session').waitFor()
    const states = page.locator('.state-then tbody tr')
    // They come with an answer of their own.
    await expect.poll(() => states.count()).toBe(reset?.after.bindings.length)
    await expect.poll(() => states.getByText('Reset', { exact: true }).count()).toBe(reset?.after.bindings.length)
    await page.getByRole('slider').focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe(String((reset?.position ?? 0) - 1))
    await page.getByRole('button', { name: 'Back to now' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe(null)
  })

  it('decide past claims again under another policy, and list the changed ones', async () => {
    const { open, storyPath } = stage()
    const page = await open(storyPath('?view=events'))
    await page.locator('.event').first().waitFor()
    await page.keyboard.press('w')
    await page.getByText('no decision would change').waitFor()
    await page.getByLabel('Resume sessions at all').uncheck()
    await page
      .getByText(/^5 decisions would change/)
      .waitFor()
      .catch(() => undefined)
    const flips = page.locator('.flips li')
    await expect.poll(() => flips.count()).toBeGreaterThan(2)
    const resumed = await page.locator('.flips').getByText('Resume off').count()
    expect(resumed).toBe(await flips.count())
    expect(resumed).toBeGreaterThan(2)
  })
})

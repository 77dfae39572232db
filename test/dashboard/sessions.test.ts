import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import { enqueue } from './support/world-runs.js'
import { activityOf } from './support/world.js'
import type { World } from './support/world.js'

/** What the newest claim of each conversation was told. */
function newestReasons(world: World): (string | undefined)[] {
  return world.conversations.map(
    ({ id }) =>
      [...world.tasks.values()].findLast(({ conversationId, decision }) => conversationId === id && decision !== null)
        ?.decision?.value.reason,
  )
}

describeInBrowser('The list of sessions', (stage) => {
  it('holds every conversation, with the newest activity first', async () => {
    const { open, world } = stage()
    const page = await open('/')
    const titles = page.locator('.session-list .session-title')
    await titles.first().waitFor()
    await expect.poll(() => titles.count()).toBe(world.conversations.length)
    const times = await page
      .locator('.session-list time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('datetime')))
    expect(times).toEqual(times.toSorted((a, b) => (b ?? '').localeCompare(a ?? '')))
  })

  it('is narrowed by filter chips in the URL, and one click removes each', async () => {
    const { open, world } = stage()
    const page = await open('/')
    const count = (conversations: number) => page.getByText(`${conversations} conversations`, { exact: true })
    await count(world.conversations.length).waitFor()
    await page.getByRole('group', { name: 'Reason' }).getByRole('button', { name: 'Other runtime' }).click()
    expect(page.url()).toContain('reason=RUNTIME_MISMATCH')
    const moved = newestReasons(world).filter((reason) => reason === 'RUNTIME_MISMATCH').length
    await count(moved).waitFor()
    await page.reload()
    await count(moved).waitFor()
    await expect.poll(() => page.locator('.session-list li').count()).toBe(moved)
    await page.locator('summary').click()
    await page.getByRole('button', { name: 'Reason: Other runtime: remove this filter' }).click()
    await count(world.conversations.length).waitFor()
    expect(page.url()).not.toContain('reason')
  })

  it('keeps the search in the URL, and says if nothing matches', async () => {
    const page = await stage().open('/')
    await page.locator('.session-list li').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('flaky checkout')
    await expect.poll(() => page.locator('.session-list').textContent()).toContain('The flaky checkout test')
    expect(new URL(page.url()).searchParams.get('q')).toBe('flaky checkout')
    await page.keyboard.type(' zzz')
    await page.getByText('No matching conversations').waitFor()
  })

  it('moves with j and k, and Enter opens a session', async () => {
    const page = await stage().open('/')
    await page.locator('.session-list li').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'The flaky checkout test' }).waitFor()
    expect(page.url()).toContain(stage().storyPath())
  })

  it('counts conversations that became active, and sorts again on request', async () => {
    const { open, world } = stage()
    const quiet = world.conversations.toSorted((a, b) => activityOf(a).localeCompare(activityOf(b)))[0]
    const title = quiet?.title ?? ''
    const page = await open('/')
    await page.locator('.live-live').waitFor()
    await page.locator('.session-list li').first().waitFor()
    world.pass(1_000)
    if (quiet !== undefined) enqueue(world, quiet, 'Are you still there?')
    await page.getByRole('button', { name: '1 update · sort again' }).click()
    await page.locator('.session-list li').first().getByText(title).waitFor()
    expect(await page.locator('.pill').count()).toBe(0)
  })
})

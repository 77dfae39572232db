import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'

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

  it('is narrowed by chips whose counts are right, and keeps them in the URL', async () => {
    const { open, world } = stage()
    const page = await open('/')
    const all = `${world.conversations.length} of ${world.conversations.length} conversations`
    await page.getByText(all, { exact: true }).waitFor()
    const chip = page.getByRole('group', { name: 'Reason' }).getByRole('button').first()
    const count = Number(await chip.locator('.filter-count').textContent())
    await chip.click()
    await expect.poll(() => page.locator('.session-list li').count()).toBe(count)
    expect(page.url()).toContain('reason=')
    await page.reload()
    await page.locator('.session-list li').first().waitFor()
    await expect.poll(() => page.locator('.session-list li').count()).toBe(count)
    await expect.poll(() => page.getByRole('group', { name: 'Reason' }).locator('[aria-pressed=true]').count()).toBe(1)
  })

  it('takes the search into the URL, and says when nothing matches', async () => {
    const page = await stage().open('/')
    await page.locator('.session-list li').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('flaky checkout')
    await expect.poll(() => page.locator('.session-list').textContent()).toContain('The flaky checkout test')
    expect(new URL(page.url()).searchParams.get('q')).toBe('flaky checkout')
    await page.keyboard.type(' zzz')
    await page.getByText('Nothing matches').waitFor()
  })

  it('is walked with j and k, and enter opens a session', async () => {
    const page = await stage().open('/')
    await page.locator('.session-list li').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'The flaky checkout test' }).waitFor()
    expect(page.url()).toContain(stage().storyPath())
  })
})

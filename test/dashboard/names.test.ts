import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('What things are called', (stage) => {
  it('an issue has the same title in the list and on its page', async () => {
    const { open } = stage()
    const page = await open('/')
    const row = page.locator('.session-list li', { hasText: 'OPS-7' }).locator('.session-title')
    const listed = await row.textContent()
    expect(listed).toBe('OPS-7Clean up the attic')
    await row.click()
    const heading = page.getByRole('heading', { level: 1 })
    await heading.waitFor()
    expect(await heading.textContent()).toBe(listed)
    expect(await page.title()).toBe('OPS-7 Clean up the attic · Baton')
  })

  it('an issue without a title shows its key once', async () => {
    const { open, world, agent } = stage()
    const thread = world.open(agent, 'BARE-1', 'BARE-1')
    const page = await open(`/sessions/${thread.id}`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('BARE-1')
  })

  it('the actor of an event is a name, not an id', async () => {
    const { open, storyPath, story } = stage()
    const reset = story.events.find(({ type }) => type === 'SESSION_RESET')
    const page = await open(storyPath(`?view=events&event=${reset?.version ?? 0}`))
    await page.locator('.event-detail-end').getByText('by maria').waitFor()
    expect(await page.locator('.event-detail-end').textContent()).not.toContain('tok_')
  })
})

describeInBrowser('After an update of the server', (stage) => {
  it('an open page says that the server has a different version, and reloads it', async () => {
    const { open, host } = stage()
    const page = await open('/')
    await page.locator('.live-live').waitFor()
    expect(await page.locator('.other-version').count()).toBe(0)
    host.goDown()
    await page.locator('.live-lost').waitFor()
    host.release = 'next'
    host.comeUp()
    await page.getByText('The server has a different version of this page.').waitFor()
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.locator('.live-live').waitFor()
    await page.locator('.other-version').waitFor({ state: 'detached' })
    host.release = ''
  })

  it('a page with missing files shows plain texts and says that the server has a different version', async () => {
    const { open, host, storyPath } = stage()
    host.gone = /(markdown|lanes)-/
    const page = await open('/')
    await page.locator('.live-live').waitFor()
    await page.getByRole('link', { name: 'The flaky checkout test' }).click()
    await page.locator('.said-answer .plain-text').first().waitFor()
    await page.getByText('The server has a different version of this page.').waitFor()
    await page.keyboard.press('3')
    await page.getByText('This part of the page could not be loaded').waitFor()
    host.gone = null
    expect(page.url()).toContain(storyPath())
  })
})

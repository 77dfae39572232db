import { expect, it } from 'vitest'
import { shortId } from '../../src/dashboard/words/id-words.js'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('What a person can change', (stage) => {
  it('a reset needs a confirmation, and is then an event of the history', async () => {
    const { open, storyPath, story } = stage()
    const page = await open(storyPath('?view=events'))
    const before = story.events.length
    await page.getByRole('button', { name: 'Reset session' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Go back' }).click()
    expect(story.events.length).toBe(before)
    await page.getByRole('button', { name: 'Reset session' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Reset' }).click()
    await page.getByText('Every session dropped: reset from the dashboard').waitFor()
    await page.locator('.next-claim').first().getByText('a person dropped the session').waitFor()
    expect(story.events.at(-1)?.type).toBe('SESSION_RESET')
  })

  it('an ended task can be rerun, and a waiting one can be cancelled', async () => {
    const { open, storyPath, world, story } = stage()
    const page = await open(storyPath('?view=events'))
    const row = (text: string) => page.locator('.event', { hasText: text }).first()
    await row('Completed').getByRole('button').first().click()
    await row('Completed').getByRole('button', { name: 'Rerun', exact: true }).click()
    await page.getByRole('button', { name: 'Run it again' }).click()
    const newest = () => [...world.tasks.values()].at(-1)
    await expect.poll(() => newest()?.rerunOf).toBeTruthy()
    const rerun = newest()
    // By its task: the story has an earlier rerun, which may be in sight as well.
    const enqueued = page
      .locator('.event', { hasText: 'as a rerun' })
      .filter({ hasText: `task ${shortId(rerun?.id ?? '')}` })
    await enqueued.getByRole('button').first().click()
    await enqueued.getByRole('button', { name: 'Cancel task' }).click()
    await page.getByRole('button', { name: 'Cancel the task' }).click()
    await row('Cancelled: cancelled from the dashboard').waitFor()
    expect(story.events.at(-1)?.taskId).toBe(rerun?.id)
  })

  it('after a message is sent, its progress streams in, and then the reply', async () => {
    const { open, storyPath } = stage()
    const page = await open(storyPath())
    await page.getByLabel('Message').fill('Is it done?')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const turn = page.locator('.turn').last()
    await turn.getByText('Is it done?').waitFor()
    await turn.getByText('npm test -- checkout').waitFor()
    await turn.getByText('All of it passes now.').waitFor()
    await turn.getByRole('button', { name: 'Rerun' }).waitFor()
    expect(await page.getByLabel('Message').inputValue()).toBe('')
  })

  it('a VIEWER token sees no buttons for changes', async () => {
    const { open, storyPath, host } = stage()
    host.kind = 'VIEWER'
    const page = await open(storyPath('?event=22'))
    await page.getByText('This token is read-only.').waitFor()
    await page.locator('.candidates').waitFor()
    expect(await page.getByRole('button', { name: /^(Reset session|Rerun|Send)$/ }).count()).toBe(0)
    host.kind = 'ADMIN'
  })
})

import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('From nothing to the first message', (stage) => {
  it('the page gives a command that connects a machine, and shows when the machine registers', async () => {
    const { open, world, host } = stage()
    const page = await open('/fleet')
    await page.getByRole('button', { name: 'Connect a machine' }).click()
    const dialog = page.getByRole('dialog', { name: 'Connect a machine' })
    await dialog.getByLabel('Machine name').fill('new-box')
    await dialog.getByRole('button', { name: 'Create token' }).click()
    const command = dialog.locator('.command')
    await command.waitFor()
    expect(await command.textContent()).toBe(
      `BATON_TOKEN=baton_secret_of_new-box npm run daemon -- --url ${host.url} --daemon-id new-box --workdir ~/agents`,
    )
    await dialog.getByText('Waiting for new-box to register').waitFor()
    world.addRuntime('new-box', 'claude')
    await dialog.getByText('new-box / claude is connected.').waitFor()
  })

  it('an agent and a chat are created in the page, and a message gets its answer', async () => {
    const { open, world } = stage()
    world.addRuntime('first-box', 'claude')
    const page = await open('/fleet')
    await page.getByRole('button', { name: 'New agent' }).click()
    const agent = page.getByRole('dialog', { name: 'New agent' })
    await agent.getByLabel('Name').fill('Newcomer')
    await agent.getByLabel('Runtime').selectOption({ label: 'first-box / claude' })
    await agent.getByRole('button', { name: 'Create' }).click()
    await agent.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByRole('button', { name: 'New chat' }).click()
    const chat = page.getByRole('dialog', { name: 'New chat' })
    await chat.getByLabel('Agent').selectOption({ label: 'Newcomer' })
    await chat.getByLabel('Title').fill('The first one')
    await chat.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { level: 1, name: 'The first one' }).waitFor()
    await page.getByLabel('Message').fill('Hello')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.locator('.turn').getByText('All of it passes now.').waitFor()
    expect(world.conversations.at(-1)?.title).toBe('The first one')
  })

  it('a form keeps its values after a refusal and shows the reason', async () => {
    const { open, host } = stage()
    const page = await open('/fleet')
    await page.getByRole('button', { name: 'New agent' }).click()
    const agent = page.getByRole('dialog', { name: 'New agent' })
    await agent.getByLabel('Name').fill('Refused')
    host.kind = 'VIEWER'
    await agent.getByRole('button', { name: 'Create' }).click()
    await agent.getByRole('alert').getByText('A VIEWER token only reads').waitFor()
    expect(await agent.getByLabel('Name').inputValue()).toBe('Refused')
    host.kind = 'ADMIN'
  })

  it('a VIEWER token sees none of these buttons', async () => {
    const { open, host } = stage()
    host.kind = 'VIEWER'
    const page = await open('/fleet')
    await page.locator('.runtime').first().waitFor()
    expect(await page.getByRole('button', { name: /Connect a machine|New agent|New chat/ }).count()).toBe(0)
    host.kind = 'ADMIN'
  })
})

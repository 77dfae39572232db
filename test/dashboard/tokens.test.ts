import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('Tokens', (stage) => {
  it('are listed, and ended ones only on request', async () => {
    const { open, world } = stage()
    world.addToken('tok_01k9old', 'the old one', 'MEMBER').revokedAt = world.now()
    const page = await open('/tokens')
    await page.locator('.token', { hasText: 'maria' }).getByText('this one').waitFor()
    await page.getByText('2 current tokens of 3').waitFor()
    expect(await page.locator('.token').count()).toBe(2)
    await page.getByLabel('Include revoked and expired').check()
    await page.locator('.token-revoked', { hasText: 'the old one' }).waitFor()
    expect(await page.locator('.token-revoked').getByRole('button').count()).toBe(0)
  })

  it('are created with a secret that is shown once and can be copied', async () => {
    const { open, world } = stage()
    const page = await open('/tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog', { name: 'New token' })
    await dialog.getByLabel('Name').fill('build-02')
    expect(await dialog.getByRole('textbox', { name: 'Daemon' }).count()).toBe(0)
    await dialog.getByLabel('Kind').selectOption('DAEMON')
    await dialog.getByRole('textbox', { name: 'Daemon' }).fill('build-02')
    await dialog.getByLabel('Expires').selectOption({ label: 'in 30 days' })
    await dialog.getByRole('button', { name: 'Create token' }).click()
    await dialog.getByText('baton_secret_of_build-02').waitFor()
    await dialog.getByRole('button', { name: 'Copy' }).click()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('baton_secret_of_build-02')
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.locator('.token', { hasText: 'build-02' }).getByText('of build-02').waitFor()
    expect(await page.getByText('baton_secret_of_build-02').count()).toBe(0)
    const made = world.tokens[0]
    expect(made).toMatchObject({ kind: 'DAEMON', daemonId: 'build-02' })
    expect(Date.parse(made?.expiresAt ?? '') - world.time).toBe(30 * 86_400_000)
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByRole('dialog').getByLabel('Name').waitFor()
    expect(await page.getByText('baton_secret_of_build-02').count()).toBe(0)
  })

  it('are revoked after a confirmation, and revoking the page’s own token signs it out', async () => {
    const { open, world } = stage()
    const token = world.addToken('tok_01k9lost', 'lost at the station', 'VIEWER')
    const page = await open('/tokens')
    await page.getByRole('button', { name: 'Revoke lost at the station' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Go back' }).click()
    expect(token.revokedAt).toBe(null)
    await page.getByRole('button', { name: 'Revoke lost at the station' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await page.locator('.token', { hasText: 'lost at the station' }).waitFor({ state: 'detached' })
    expect(token.revokedAt).not.toBe(null)
    await page.getByRole('button', { name: 'Revoke maria' }).click()
    await page.getByRole('alertdialog').getByText('is signed out').waitFor()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByLabel('Token').waitFor()
  })

  it.each(['MEMBER', 'VIEWER'])('are hidden from a %s token, and not queried', async (kind) => {
    const { open, host } = stage()
    host.kind = kind
    const asked: string[] = []
    host.onAsked = (document) => asked.push(document)
    const page = await open('/tokens')
    await page.getByText('Only ADMIN and ROOT tokens can see tokens').waitFor()
    expect(await page.getByRole('navigation').getByText('Tokens').count()).toBe(0)
    expect(asked.filter((document) => document.startsWith('query Tokens'))).toEqual([])
    host.onAsked = () => undefined
    host.kind = 'ADMIN'
    await page.reload()
    await page.getByRole('navigation').getByText('Tokens').waitFor()
  })
})

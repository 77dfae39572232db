import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('The token', (stage) => {
  it('is not asked for where the server lends one', async () => {
    const { open, host } = stage()
    host.lends = true
    const page = await open('/')
    await page.getByRole('heading', { name: 'Sessions' }).waitFor()
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
  })

  it('is asked for once, tried, kept, and forgotten on signing out', async () => {
    const { open, host } = stage()
    host.lends = false
    const page = await open('/fleet')
    await page.getByLabel('Token').fill('a wrong one')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The server does not know this token.').waitFor()
    await page.getByLabel('Token').fill(host.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Fleet' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Fleet' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    expect(await page.evaluate('localStorage.length')).toBe(0)
  })

  it('is asked for again when the server no longer knows it', async () => {
    const { open, host } = stage()
    host.lends = false
    const page = await open('/')
    await page.evaluate('localStorage.setItem("baton.token", "revoked")')
    await page.reload()
    await page.getByLabel('Token').waitFor()
    expect(await page.evaluate('localStorage.length')).toBe(0)
  })

  it('is not what is blamed when the server does not answer', async () => {
    const { open, host } = stage()
    host.lends = true
    const page = await open('/')
    await page.getByRole('heading', { name: 'Sessions' }).waitFor()
    host.goDown()
    await page.getByRole('link', { name: 'Fleet' }).click()
    await page.locator('.live-lost').waitFor()
    expect(await page.getByLabel('Token').count()).toBe(0)
    host.comeUp()
    await page.locator('.runtime').first().waitFor()
  })
})

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'

describeInBrowser('The token', (stage) => {
  it('comes from a code in the address, which is then removed from it', async () => {
    const { open, host } = stage()
    host.lends = true
    const page = await open('/')
    await page.getByRole('heading', { name: 'Sessions' }).waitFor()
    expect(page.url()).toBe(`${host.url}/`)
    expect(await page.evaluate('localStorage.getItem("baton.token")')).toBe(host.token)
  })

  it('is asked for if the code is invalid, and the page names the command for a new one', async () => {
    const { open, host } = stage()
    host.lends = false
    const page = await open('/#code=used')
    await page
      .getByText(
        'This address was already used or has expired. Run baton open (npm run open in a checkout) for a new one.',
      )
      .waitFor()
    expect(page.url()).toBe(`${host.url}/`)
  })

  it('is asked for once, checked, kept, and forgotten after signing out', async () => {
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

  const comesBack = async (page: Page): Promise<void> => {
    await page.getByRole('link', { name: 'Fleet' }).click()
    await page.locator('.live-lost').waitFor()
    expect(await page.getByLabel('Token').count()).toBe(0)
    stage().host.comeUp()
    await page.locator('.runtime').first().waitFor()
    await page.locator('.live-live').waitFor()
  }

  it('is not blamed when the server stops answering', async () => {
    const { open, host } = stage()
    host.lends = true
    const page = await open('/')
    await page.locator('.live-live').waitFor()
    host.goDown()
    await comesBack(page)
  })

  it('is not blamed when the server stops answering before the page knows the end of the log', async () => {
    const { open, host } = stage()
    host.lends = true
    host.onAsked = (document) => {
      if (document.startsWith('query LogEnd')) host.goDown()
    }
    const page = await open('/')
    await page.locator('.live-lost').waitFor()
    host.onAsked = () => undefined
    await comesBack(page)
  })
})

import { expect, it } from 'vitest'
import { describeWithDemo } from './support/demo-stage.js'

describeWithDemo('GraphiQL', (stage) => {
  it('works at once in a browser that was signed in by the address of the start message', async () => {
    const page = await stage().open('/')
    await page.locator('.session-title').first().waitFor()
    await page.goto(new URL('/graphql', stage().demo.url).href)
    await page.getByRole('button', { name: /^Execute query/ }).click()
    const answer = page.locator('.result-window')
    await answer.getByText('"data"').first().waitFor()
    expect(await answer.textContent()).not.toContain('UNAUTHENTICATED')
  })

  it('without it, is a page that says which command to run', async () => {
    const page = await stage().open('/fleet')
    await page.locator('.runtime').first().waitFor()
    await page.evaluate('localStorage.clear()')
    await page.goto(new URL('/graphql', stage().demo.url).href)
    await page.getByRole('heading', { name: 'GraphiQL needs a token' }).waitFor()
    expect(await page.getByText('npm run open', { exact: true }).count()).toBe(1)
    expect(await page.getByRole('button', { name: /^Execute query/ }).count()).toBe(0)
  })
})

import { expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { describeWithDemo } from './support/demo-stage.js'

const STORY = 'The flaky checkout test'

describeWithDemo('On the real server, with a day of history', (stage) => {
  it('the page opens at once, and lists every conversation', async () => {
    const page = await stage().open('/')
    const { chatSessions } = await stage().ask('{ chatSessions(first: 100) { nodes { title } } }')
    for (const { title } of (chatSessions as { nodes: { title: string }[] }).nodes) {
      await page.locator('.session-title', { hasText: title }).first().waitFor()
    }
    await page.locator('.live-live').waitFor()
    expect(await page.evaluate('localStorage.getItem("baton.token")')).toMatch(/^baton_/)
  })

  it('the page opens from the browser cache: loaded twice, reloaded, by a deep link, and with Back', async () => {
    const path = await stage().pathOf(STORY)
    const page = await stage().open('/')
    await page.locator('.live-live').waitFor()
    const statuses = new Set<number>()
    const network = await page.context().newCDPSession(page)
    // The page is told of 200, since that is what the stored answer was.
    network.on('Network.responseReceivedExtraInfo', ({ statusCode }) => statuses.add(statusCode))
    await network.send('Network.enable')
    for (const visit of ['/', '/', path, path]) {
      await page.goto(new URL(visit, stage().demo.url).href)
      await page.locator('.live-live').waitFor()
    }
    await page.reload()
    await page.locator('.turn').first().waitFor()
    await page.goBack()
    await page.locator('.session-title', { hasText: STORY }).first().waitFor()
    expect(statuses).toContain(304)
  })

  it('a session has four views, one key each', async () => {
    const page = await stage().open(await stage().pathOf(STORY))
    await page.locator('.started-fresh').first().waitFor()
    await page.locator('.next-claim').first().getByText('RESUME').waitFor()
    await page.keyboard.press('2')
    await page.locator('.event').first().waitFor()
    await page.keyboard.press('3')
    await page.locator('.denied-words', { hasText: 'Other runtime' }).first().waitFor()
    await page.keyboard.press('4')
    await page.locator('.pointer-value').nth(4).waitFor({ state: 'attached' })
    expect(page.url()).toContain('view=pointer')
  })

  it('at 360 px, nothing is wider than the window', async () => {
    for (const query of ['', '?view=events', '?view=lanes', '?view=pointer']) {
      const page = await stage().open((await stage().pathOf(STORY)) + query, { width: 360 })
      await page.locator('.next-claim').first().getByText('RESUME').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
    }
  })

  it('time travel and what-if show the server’s own answers', async () => {
    const path = await stage().pathOf(STORY)
    const id = path.slice('/sessions/'.length)
    const { node } = await stage().ask(
      `{ node(id: "${id}") { ... on ChatSession { events(types: [SESSION_RESET]) { nodes { position } } } } }`,
    )
    const [reset] = (node as { events: { nodes: { position: string }[] } }).events.nodes
    const page = await stage().open(`${path}?view=pointer&at=${reset?.position}`)
    await page.locator('.next-claim').first().getByText('a person dropped the session').waitFor()
    await page.getByRole('button', { name: 'Back to now' }).click()
    await page.keyboard.press('w')
    await page.getByLabel('Resume sessions at all').uncheck()
    await page.locator('.flips').getByText('Resume off').first().waitFor()
    await expect.poll(() => page.locator('.flips li').count()).toBeGreaterThan(3)
  })

  it('an agent’s config is validated with the server’s schema, field by field', async () => {
    const page = await stage().open('/agents')
    await page.locator('.agents a', { hasText: 'Reviewer' }).click()
    const form = page.getByRole('form', { name: 'Config' })
    await form.getByLabel('limits.idleSeconds').fill('0')
    await form.getByRole('button', { name: 'Save config' }).click()
    const field = form.locator('.field', { has: page.getByLabel('limits.idleSeconds') })
    await field.getByText('It must be a whole number from 1 to 604,800.').waitFor()
    await form.getByLabel('limits.idleSeconds').fill('600')
    await form.getByRole('button', { name: 'Save config' }).click()
    await form.getByText('Saved.').waitFor()
    const { agents } = await stage().ask('{ agents { nodes { name config } } }')
    const named = (agents as { nodes: { name: string; config: unknown }[] }).nodes
    expect(named.find(({ name }) => name === 'Reviewer')?.config).toMatchObject({ limits: { idleSeconds: 600 } })
    await page.getByLabel('Resume sessions at all').uncheck()
    await page.getByRole('button', { name: 'Try on past claims' }).click()
    await page.getByText('would change').waitFor()
  })

  it('tokens are listed, created and revoked', async () => {
    const page = await stage().open('/tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('to be revoked')
    await page.getByRole('button', { name: 'Create token' }).click()
    const secret = await page.getByRole('dialog').locator('.command').textContent()
    await page.getByRole('button', { name: 'Done' }).click()
    expect(await requestGraphQL(stage().demo.url, secret ?? '', '{ viewer { kind } }')).toMatchObject({
      data: { viewer: { kind: 'VIEWER' } },
    })
    await page.getByRole('button', { name: 'Revoke to be revoked' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await page.locator('.token', { hasText: 'to be revoked' }).waitFor({ state: 'detached' })
    const { errors } = await requestGraphQL(stage().demo.url, secret ?? '', '{ viewer { kind } }')
    expect(JSON.stringify(errors)).toContain('UNAUTHENTICATED')
  })

  it('an answer streams in, and shows in another window too', async () => {
    const path = await stage().pathOf('Questions of a newcomer')
    const other = await stage().open(`${path}?view=events`)
    await other.locator('.live-live').waitFor()
    await other.locator('.event').first().waitFor()
    const page = await stage().open(path)
    await page.getByLabel('Message').fill('What do you remember?')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const turn = page.locator('.turn').last()
    await turn.getByText('What do you remember?').waitFor()
    await turn.getByText('Reading the session.').first().waitFor()
    await turn.getByText('I am a scripted agent').first().waitFor()
    await other.getByText('Message: What do you remember?').waitFor()
    await other.locator('.event', { hasText: 'Reply: I am a scripted agent' }).first().waitFor()
    await page.goto(`${new URL(path, stage().demo.url).href}?view=events`)
    await expect.poll(() => page.locator('.event', { hasText: 'Claimed by' }).count()).toBeGreaterThan(0)
  })
})

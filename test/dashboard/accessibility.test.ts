import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const VIEWS: Readonly<Record<string, (stage: Stage) => { path: string; ready: string }>> = {
  'the list of sessions': () => ({ path: '/', ready: '.session-list li' }),
  'a conversation': ({ storyPath }) => ({ path: storyPath(), ready: '.started-fresh' }),
  'the events of a session': ({ storyPath }) => ({ path: storyPath('?event=22'), ready: '.candidates' }),
  'the lanes of a session': ({ storyPath }) => ({ path: storyPath('?view=lanes'), ready: '.run' }),
  'the pointer of a session': ({ storyPath }) => ({
    path: storyPath('?view=pointer'),
    ready: '.pointer-chart .session',
  }),
  'the fleet': () => ({ path: '/fleet', ready: '.runtime' }),
  'the agents': () => ({ path: '/agents', ready: '.agents a' }),
  'an agent': ({ agent }) => ({ path: `/agents/${agent.id}`, ready: '.fields .field' }),
  'the tokens': () => ({ path: '/tokens', ready: '.token' }),
  'resume health': () => ({ path: '/resume', ready: '.reason-bars li' }),
  'the claims of a reason': () => ({
    path: '/resume/claims?reason=RUNTIME_MISMATCH&period=month',
    ready: '.claims li',
  }),
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations: found } = await page.evaluate<AxeResults>('axe.run()')
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  )
}

describeInBrowser('Everybody can read', (stage) => {
  for (const [name, viewOf] of Object.entries(VIEWS)) {
    it.each([
      { scheme: 'light', width: 1280 },
      { scheme: 'dark', width: 360 },
    ] as const)(`${name}, in $scheme at $width px`, async ({ scheme, width }) => {
      const { path, ready } = viewOf(stage())
      const page = await stage().open(path, { scheme, width })
      await page.locator(ready).first().waitFor()
      await page.waitForTimeout(300)
      expect(await violations(page)).toEqual([])
      const [content, window] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )
      expect(content).toBeLessThanOrEqual(window)
    })
  }

  it('the dialogs', async () => {
    const page = await stage().open(stage().storyPath('?view=events'))
    await page.locator('.event').first().waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('w')
    await page.getByText('no decision would change').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('the sign-in page', async () => {
    stage().host.lends = false
    const page = await stage().open('/')
    await page.getByLabel('Token').waitFor()
    expect(await violations(page)).toEqual([])
    stage().host.lends = true
  })
})

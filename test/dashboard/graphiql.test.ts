import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { graphiqlTabs } from '../../src/graphql/graphiql-tabs.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describeWithBrowser } from './support/browser.js'

describeWithBrowser('GraphiQL', (openPage) => {
  let server: ServerProcess
  let graphiql = ''
  beforeAll(async () => {
    server = await startServer({ dataDirectory: emptyDirectory(), env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
    graphiql = `${server.url}/graphql`
  })

  const made = async (mutation: string): Promise<string> => {
    const { data } = await requestGraphQL(server.url, ADMIN_TOKEN, `mutation { ${mutation} }`)
    return /"id":"(\w+)"/.exec(JSON.stringify(data))?.[1] ?? ''
  }

  /** Signed in once; each later test of this file has a browser window of its own. */
  const signedIn = async (): Promise<Page> => {
    const page = await openPage(`${server.url}/`)
    await page.evaluate(`localStorage.setItem('baton.token', '${ADMIN_TOKEN}')`)
    await page.goto(graphiql)
    await expectTab(page, 'Welcome', 'query Welcome {')
    return page
  }

  const expectAnswer = async (page: Page): Promise<void> => {
    const answer = page.locator('.result-window')
    const execute = async (): Promise<string | null> => {
      await page.getByRole('button', { name: /^Execute query/ }).click()
      await page.getByRole('button', { name: /^Execute query/ }).waitFor()
      return answer.textContent()
    }
    // GraphiQL learns the operations of a tab a moment after the tab has opened. Until then it asks for the last tab's.
    await expect.poll(execute, { interval: 500 }).toContain('"data"')
    expect(await answer.textContent()).not.toContain('UNAUTHENTICATED')
  }

  it('works at once in a browser that the address of the start message signed in', async () => {
    const [address = ''] = /http:\/\/\S+#code=\S+/.exec(server.output.stdout) ?? []
    const page = await openPage(address)
    await page.getByRole('heading', { name: 'Sessions' }).waitFor()
    await page.goto(graphiql)
    await expectTab(page, 'Welcome', 'query Welcome {')
    await expectAnswer(page)
  })

  it('names the command to run in a browser that is not signed in', async () => {
    const page = await openPage(graphiql)
    await page.getByRole('heading', { name: 'GraphiQL needs a token' }).waitFor()
    expect(await page.getByText('baton open', { exact: true }).count()).toBe(1)
    expect(await page.getByRole('button', { name: /^Execute query/ }).count()).toBe(0)
  })

  it('opens with the first tab of the story, and later with the tabs as they were left', async () => {
    const page = await signedIn()
    expect(await page.locator('.graphiql-tab').count()).toBe(graphiqlTabs.length)
    await openTab(page, 'OpenChat')
    await expectTab(page, 'OpenChat', 'mutation OpenChat(')
    for (const visit of [graphiql, page.url(), graphiql]) {
      // GraphiQL stores what is open half a second after it has changed.
      await expect.poll(() => page.evaluate(ACTIVE_TAB)).toBe('OpenChat')
      await page.goto(visit)
      await expectTab(page, 'OpenChat', 'mutation OpenChat(')
      expect(await page.locator('.graphiql-tab').count()).toBe(graphiqlTabs.length)
    }
    await openTab(page, 'Welcome')
    await expectTab(page, 'Welcome', 'query Welcome {')
    await expectAnswer(page)
    expect(await page.evaluate('JSON.stringify({ ...localStorage })')).not.toContain('Bearer')
  })

  it('follows a chat live in its last tab, and shows every line of every tab in full', async () => {
    const runtime = await made('registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } }')
    const agent = await made(`createAgent(input: { name: "Ada", runtimeId: "${runtime}" }) { agent { id } }`)
    const chat = await made(`createChatSession(input: { agentId: "${agent}" }) { chatSession { id } }`)
    const page = await signedIn()
    for (const { query } of graphiqlTabs) {
      const [, name = ''] = /^(?:query|mutation|subscription) (\w+)/m.exec(query) ?? []
      await openTab(page, name)
      await expectTab(page, name, ` ${name}`)
      expect(await page.locator('.graphiql-query-editor').evaluate(cutsText)).toEqual([])
    }
    await page.locator('.graphiql-editor-tool .graphiql-editor').first().click()
    await page.keyboard.press('Control+A')
    // Pasted: what is typed, the editor completes.
    await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify({ id: chat, after: '0' }))
    await page.keyboard.press('Control+V')
    await page.getByRole('button', { name: /^Execute query/ }).click()
    const answer = page.locator('.result-window')
    await answer.getByText('ConversationOpened').first().waitFor()
    await made(`sendChatMessage(input: { chatSessionId: "${chat}", content: "Hello." }) { task { id } }`)
    await answer.getByText('TaskEnqueued').first().waitFor()
  })
})

/** The title of the tab that the next visit opens. */
const ACTIVE_TAB = `(({ tabs, activeTabIndex }) => tabs[activeTabIndex].title)(JSON.parse(localStorage['graphiql:tabState']))`

async function openTab(page: Page, name: string): Promise<void> {
  // A mouse's first press on a tab only takes the focus.
  await page.getByRole('button', { name, exact: true }).press('Enter')
}

async function expectTab(page: Page, name: string, line: string): Promise<void> {
  await expect.poll(() => page.locator('.graphiql-tab-active').textContent(), { timeout: 60_000 }).toContain(name)
  const editor = page.locator('.graphiql-query-editor .view-lines')
  // The editor writes spaces that do not break.
  const text = async () => (await editor.textContent())?.replaceAll('\u00a0', ' ')
  await expect.poll(text).toContain(line)
}

/** The lines of an editor that end beyond its right edge. Runs in the page. */
function cutsText(editor: Element): string[] {
  const { right } = (editor.querySelector('.lines-content')?.parentElement ?? editor).getBoundingClientRect()
  return [...editor.querySelectorAll('.view-line > span')]
    .filter((line) => line.getBoundingClientRect().right > right)
    .map((line) => line.textContent)
}

import type { Browser, Page } from 'playwright-core'
import { findChromium, launchChromium, NO_BROWSER } from '../../support/chromium.js'
import type { Bench, BenchResult, Goal } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import { startAsked } from '../setting/asked-process.js'
import { enqueueMany, Owner, registerFleet } from '../setting/fleet.js'
import type { Setting } from '../setting/setting.js'

const DAEMONS = 8
/** Each daemon begins a life so often: 16 a second in all, as many as a busy workspace has. */
const EVERY_MS = 500
const CHATS = 1_500
const AT_ONCE = 32
const ALONE = 'no tab'
const OPEN = 'one tab'
const FIGURES = ['rate', 'p50', 'p99'] as const
const CHAT = `mutation ($agentId: ID!, $title: String!) {
  createChatSession(input: { agentId: $agentId, title: $title }) { chatSession { id } } }`

export const tab: Bench = {
  about: 'lives while a browser shows the list of conversations, all of it loaded, and while none does',
  async run(setting): Promise<BenchResult> {
    if (findChromium() === null) {
      setting.tell(`left out: ${NO_BROWSER}`)
      return { tables: [], goals: [], figures: {} }
    }
    const browser = await launchChromium()
    setting.atEnd(() => browser.close())
    const rows: string[][] = []
    const goals: Goal[] = []
    const figures: Record<string, unknown> = {}
    for (const database of ['embedded', 'PostgreSQL'] as const) {
      if (!setting.isChosen(database)) continue
      const measured = await measure(setting, browser, database)
      for (const name of [ALONE, OPEN]) {
        rows.push([database, name, ...FIGURES.map((figure) => shortNumber(measured.of(name, figure)))])
      }
      goals.push({
        measure: `${database}: lives a second with one tab open / with none`,
        wanted: { atLeast: 0.9 },
        measured: measured.ratio([OPEN, 'rate'], [ALONE, 'rate']),
      })
      figures[database] = measured.figures()
    }
    const title = `Lives, ${(DAEMONS * 1_000) / EVERY_MS} begun a second by ${DAEMONS} daemons; the tab shows ${CHATS.toLocaleString('en')} chats`
    return {
      tables: [{ title, columns: ['database', 'browser', 'a second', 'p50 ms', 'p99 ms'], rows }],
      goals,
      figures,
    }
  },
}

async function measure(setting: Setting, browser: Browser, database: 'embedded' | 'PostgreSQL') {
  const [seconds, rounds] = setting.quick ? [5, 1] : [15, 3]
  const { url } = await setting.server(database === 'embedded' ? null : await setting.database('migrated'))
  const fleet = await registerFleet(url, { name: 'lives', daemons: DAEMONS, agents: [1_000] })
  setting.tell(`${database}: opening ${CHATS} chats`)
  await openChats(url, fleet.agents[0] ?? '')
  const load = startAsked<Load, Worked>(LOAD_PROCESS)
  setting.atEnd(() => load.stop())
  const live = async (forSeconds: number) => {
    await enqueueMany(url, fleet, Math.ceil(((forSeconds + 1) * 1_000) / EVERY_MS))
    return load.ask({ url, daemons: fleet.daemons, seconds: forSeconds, everyMs: EVERY_MS, does: 'lives', max: 1 })
  }
  setting.tell('warming up')
  await live(seconds)
  let page: Page | null = null
  const contestants = [ALONE, OPEN].map((name) => ({
    name,
    async prepare() {
      await page?.context().close()
      page = name === OPEN ? await openTab(browser, url) : null
    },
    async measure() {
      const { rate, p50, p99 } = await live(seconds)
      return { rate, p50, p99 }
    },
  }))
  return alternate(contestants, rounds, setting.tell)
}

async function openChats(url: string, agentId: string): Promise<void> {
  const owner = new Owner(url)
  for (let n = 0; n < CHATS; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, CHATS - n) }, (_, k) =>
      owner.ask(CHAT, { agentId, title: `Chat ${n + k}` }),
    )
    await Promise.all(some)
  }
  owner.close()
}

/** As somebody leaves it who has looked for something: every row is loaded, and the newest is in sight. */
async function openTab(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.addInitScript(`localStorage.setItem('baton.token', '${ADMIN_TOKEN}')`)
  await page.goto(url)
  const last = page.locator('.session-list li').last()
  await last.waitFor()
  for (let loaded = 0; loaded < CHATS;) {
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)')
    await page.waitForTimeout(100)
    loaded = Number(await last.getAttribute('aria-posinset'))
  }
  await page.evaluate('window.scrollTo(0, 0)')
  await page.locator('.live-live').waitFor()
  return page
}

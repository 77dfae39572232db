import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import { claim, enqueue, start } from './support/world-runs.js'

/** In pixels from the beginning of its list. */
const placeInList = (title: string) => `(() => {
  const row = [...document.querySelectorAll('.waiting li')].find(({ textContent }) => textContent.includes('${title}'))
  return row.getBoundingClientRect().top - row.parentElement.getBoundingClientRect().top
})()`

describeInBrowser('The fleet', (stage) => {
  it('shows the conversation, duration and latest progress of each active task', async () => {
    const { open, world, agent, laptop } = stage()
    const chat = world.open(agent, 'Sort the mail')
    const task = enqueue(world, chat, 'Sort it')
    claim(world, task)
    start(world, task)
    world.pass(180_000)
    task.progress.push({ seq: 1, kind: 'tool', text: 'mail sort --by sender', at: world.now() })
    const issue = world.open(agent, 'Paint the shed', 'DIY-9')
    claim(world, enqueue(world, issue, 'Paint it'))
    const page = await open('/fleet', { time: world.time + 2_000 })
    const runtime = page.locator('.runtime', { hasText: laptop.name })
    const slot = runtime.locator('.doing', { hasText: 'Sort the mail' })
    await slot.getByText('Running').waitFor()
    await slot.getByText('3 min', { exact: true }).waitFor()
    await slot.getByText('just now: mail sort --by sender').waitFor()
    const other = runtime.locator('.doing', { hasText: 'Paint the shed' })
    await other.getByText('DIY-9').waitFor()
    await other.getByText('no progress yet').waitFor()
    await slot.getByRole('link', { name: 'Sort the mail' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sort the mail' }).waitFor()
    expect(page.url()).toContain(chat.id)
  })

  it('shows counts that match its rows', async () => {
    const { open, world } = stage()
    const page = await open('/fleet')
    await page.locator('.doing').first().waitFor()
    const underWay = [...world.tasks.values()].filter(({ status }) => status === 'RUNNING' || status === 'CLAIMED')
    expect(await page.locator('.doing').count()).toBe(underWay.length)
    const held = await page.locator('.runtime-facts div:nth-child(2) dd').allTextContents()
    expect(held.reduce((sum, count) => sum + Number(count), 0)).toBe(underWay.length)
    const waiting = await page.locator('.runtime-facts div:nth-child(3) dd').allTextContents()
    const rows = await page.locator('.waiting li').count()
    expect(waiting.reduce((sum, count) => sum + Number(count), 0)).toBe(rows)
    await page.getByText(`${rows} waiting`).waitFor()
  })

  it('keeps waiting tasks in their places, and marks those that no longer wait until they are hidden', async () => {
    const { open, world, agent } = stage()
    const tasks = ['First', 'Second', 'Third'].map((title) => enqueue(world, world.open(agent, title), title))
    const page = await open('/fleet')
    const rows = page.locator('.waiting li')
    await rows.filter({ hasText: 'First' }).waitFor()
    const before = await rows.count()
    const second = await page.evaluate<number>(placeInList('Second'))
    expect(second).toBeGreaterThan(0)
    const [first] = tasks
    if (first !== undefined) claim(world, first)
    enqueue(world, world.open(agent, 'Fourth'), 'Fourth')
    await rows.filter({ hasText: 'First' }).getByText('It no longer waits.').waitFor()
    await rows.last().getByText('Fourth').waitFor()
    expect(await page.evaluate(placeInList('Second'))).toBe(second)
    await page.getByRole('button', { name: 'Hide what no longer waits (1)' }).click()
    await rows.filter({ hasText: 'First' }).waitFor({ state: 'detached' })
    expect(await rows.count()).toBe(before)
  })
})

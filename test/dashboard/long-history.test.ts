import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'
import { work } from './support/world-stories.js'
import { found } from './support/world.js'
import type { WorldConversation } from './support/world.js'

const EVENTS = 9_617

function longHistory({ world, laptop }: Stage): WorldConversation {
  const conversation = world.open(found(world.agents[0]), 'A long one')
  work(world, conversation, [laptop, found(world.runtimes[1])], EVENTS)
  return conversation
}

/** The names of the queries that the page sends from now on. */
function watch({ host }: Stage): string[] {
  const names: string[] = []
  host.onAsked = (document) => names.push(/^\w+ (\w+)/.exec(document)?.[1] ?? '')
  return names
}

function countOf(names: readonly string[], ...wanted: string[]): number {
  return names.filter((name) => wanted.includes(name)).length
}

describeInBrowser('A long history', (stage) => {
  it('opens at the event that a link names, and loads nothing in between', async () => {
    const conversation = longHistory(stage())
    const asked = watch(stage())
    const page = await stage().open(`/sessions/${conversation.id}?event=500`)
    const row = page.locator('[data-version="500"]')
    await row.waitFor()
    await expect.poll(() => row.getAttribute('aria-expanded')).toBe('true')
    await expect.poll(async () => (await row.boundingBox())?.y ?? -1).toBeGreaterThan(40)
    expect((await row.boundingBox())?.y).toBeLessThan(900)
    // The newest page twice (useCatchUp), and the hundred around the event, with a neighbour where the edge is near.
    await page.locator('.event-detail').waitFor()
    expect(countOf(asked, 'EventsBefore')).toBeLessThanOrEqual(2)
    expect(countOf(asked, 'EventsFrom')).toBeLessThanOrEqual(2)
    expect(await page.locator('.event').count()).toBeLessThan(100)
    const said = conversation.events.find(({ type, version }) => type === 'MESSAGE_POSTED' && version > 488)
    const words = page.locator('.event', { has: page.locator(`[data-version="${said?.version ?? 0}"]`) })
    await expect.poll(() => words.textContent()).toMatch(/(?:Message|Reply): \S/)
  })

  it('finds the next denied claim with n across pages that are not loaded', async () => {
    const conversation = longHistory(stage())
    const asked = watch(stage())
    const page = await stage().open(`/sessions/${conversation.id}?event=5000`)
    await expect.poll(() => page.locator('[data-version="5000"]').getAttribute('aria-expanded')).toBe('true')
    const denied = conversation.events.findLast(
      (event) =>
        event.version < 5_000 &&
        event.type === 'TASK_CLAIMED' &&
        event.data.decision?.outcome === 'FRESH' &&
        !['NO_PRIOR_SESSION', 'FORCED_FRESH'].includes(event.data.decision.reason),
    )
    await page.keyboard.press('n')
    await expect.poll(() => new URL(page.url()).searchParams.get('event')).toBe(String(denied?.version))
    expect(countOf(asked, 'EventsBefore')).toBeLessThanOrEqual(2)
    expect(countOf(asked, 'EventsFrom')).toBeLessThanOrEqual(2 + (5_000 - (denied?.version ?? 0)) / 100)
  })

  it('loads only the part that a person scrolls to', async () => {
    const conversation = longHistory(stage())
    const asked = watch(stage())
    const page = await stage().open(`/sessions/${conversation.id}?view=events`)
    await page.locator('.event').first().waitFor()
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight / 2)')
    await expect.poll(() => page.locator('.event:not(.pending)').count()).toBeGreaterThan(10)
    await expect.poll(() => page.locator('.event.pending').count()).toBe(0)
    // The newest events, with which the page opens, may be read in two pages, the second after the first is shown.
    expect(countOf(asked, 'EventsBefore')).toBeLessThanOrEqual(2)
    expect(countOf(asked, 'EventsFrom')).toBeLessThanOrEqual(3)
  })

  it('counts the whole history and new events for its filters before they are loaded', async () => {
    const conversation = longHistory(stage())
    const asked = watch(stage())
    const page = await stage().open(`/sessions/${conversation.id}?view=events`)
    const claims = (): number => conversation.events.filter(({ type }) => type === 'TASK_CLAIMED').length
    const chip = page.getByRole('group', { name: 'Step' }).getByRole('button', { name: /^Claims/ })
    await expect.poll(() => chip.textContent()).toContain(claims().toLocaleString('en-GB'))
    const elsewhere = conversation.events.filter(
      (event) => event.type === 'TASK_CLAIMED' && event.data.decision?.reason === 'RUNTIME_MISMATCH',
    )
    const reason = page.getByRole('group', { name: 'Claims' }).getByRole('button', { name: /Other runtime/ })
    expect(await reason.textContent()).toContain(elsewhere.length.toLocaleString('en-GB'))
    expect(countOf(asked, 'EventsBefore')).toBeLessThanOrEqual(2)
    await page.locator('.live-live').waitFor()
    work(stage().world, conversation, [stage().laptop], conversation.events.length + 20)
    await expect.poll(() => chip.textContent()).toContain(claims().toLocaleString('en-GB'))
    expect(countOf(asked, 'EventCounts')).toBe(1)
  })
})

import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'
import { claim, complete, enqueue, fail, pin, start } from './support/world-runs.js'
import { found } from './support/world.js'
import type { WorldConversation } from './support/world.js'

const MARKDOWN = [
  '# What I found',
  'A **bold** word, `code`, and [a link](https://example.com/page).',
  '[a script](javascript:alert(1)) <img src=x onerror="document.title=1"> <script>document.title = 2</script>',
  '![a picture](https://example.com/p.png)',
  '```js',
  'const one = "two" // three',
  '```',
  ['| a | b |', '|---|---|', '| 1 | 2 |'].join('\n'),
].join('\n\n')

/** A chat of its own with a turn for each answer. */
function chatOf({ world }: Stage, ...answers: string[]): WorldConversation {
  const agent = found(world.agents[0])
  const chat = world.open(agent, 'Answers')
  for (const [index, answer] of answers.entries()) {
    world.pass(1_000)
    const task = enqueue(world, chat, `Question ${index + 1}`)
    const { sessionId } = claim(world, task)
    start(world, task)
    pin(world, task, sessionId ?? world.random.uuid(), '/work/answers')
    complete(world, task, answer)
  }
  return chat
}

describeInBrowser('The conversation', (stage) => {
  it('is the first view, in order of its turns, scrolled to the newest', async () => {
    const chat = chatOf(stage(), ...Array.from({ length: 8 }, (_, n) => `Answer ${n + 1}`))
    const page = await stage().open(`/sessions/${chat.id}`)
    await page.getByText('Answer 8', { exact: true }).waitFor()
    const prompts = await page.locator('.said-prompt .plain-text').allTextContents()
    expect(prompts).toEqual(Array.from({ length: 8 }, (_, n) => `Question ${n + 1}`))
    await expect
      .poll(() => page.evaluate('document.body.scrollHeight - window.innerHeight - window.scrollY'))
      .toBeLessThan(2)
  })

  it('says which part was archived, and how to restore it', async () => {
    const { world } = stage()
    const chat = chatOf(stage(), 'Answer')
    const head = (page: Awaited<ReturnType<Stage['open']>>) => page.locator('.session-head')
    const whole = await stage().open(`/sessions/${chat.id}`)
    await head(whole).waitFor()
    expect(await head(whole).textContent()).not.toContain('archived')
    chat.sealed = { throughVersion: 4, sealedAt: world.now() }
    const page = await stage().open(`/sessions/${chat.id}`)
    await head(page).getByText('The history up to version 4 was archived').waitFor()
    const told = await head(page).locator('p.muted').textContent()
    expect(told).toContain(`An operator restores it with baton restore-conversation ${chat.id}.`)
  })

  it('loads earlier turns on request, up to the first', async () => {
    const chat = chatOf(stage(), ...Array.from({ length: 25 }, (_, n) => `Answer ${n + 1}`))
    const page = await stage().open(`/sessions/${chat.id}`)
    await expect.poll(() => page.locator('.turn').count()).toBe(10)
    await page.getByRole('button', { name: 'Earlier turns' }).click()
    await expect.poll(() => page.locator('.turn').count()).toBe(20)
    await page.getByRole('button', { name: 'Earlier turns' }).click()
    await expect.poll(() => page.locator('.turn').count()).toBe(25)
    expect(await page.getByRole('button', { name: 'Earlier turns' }).count()).toBe(0)
    expect(await page.locator('.said-prompt').first().textContent()).toContain('Question 1')
  })

  it('shows an answer’s markdown, and none of its HTML, scripts or pictures', async () => {
    const chat = chatOf(stage(), MARKDOWN)
    const page = await stage().open(`/sessions/${chat.id}`)
    const answer = page.locator('.markdown')
    await answer.getByRole('heading', { name: 'What I found' }).waitFor()
    expect(await answer.locator('strong').textContent()).toBe('bold')
    expect(await answer.locator('.hljs-keyword').textContent()).toBe('const')
    expect(await answer.locator('td').allTextContents()).toEqual(['1', '2'])
    const links = answer.getByRole('link')
    expect(await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual([
      'https://example.com/page',
      'https://example.com/p.png',
    ])
    expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer')
    expect(await answer.locator('img, script').count()).toBe(0)
    expect(await answer.textContent()).toContain('<script>document.title = 2</script>')
    expect(await page.title()).toContain('Answers')
  })

  it('folds a long answer, and copies the whole of it', async () => {
    const long = Array.from({ length: 300 }, (_, n) => `Line ${n + 1}.`).join('\n\n')
    const chat = chatOf(stage(), long)
    const page = await stage().open(`/sessions/${chat.id}`)
    const answer = page.locator('.said-answer')
    await answer.getByText('Line 1.', { exact: true }).waitFor()
    expect(await answer.getByText('Line 300.').count()).toBe(0)
    await answer.getByRole('button', { name: 'Copy' }).click()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(long)
    await answer.getByRole('button', { name: 'Show all 599 lines' }).click()
    await answer.getByText('Line 300.').waitFor()
  })

  it('says where it started fresh and why, and how many earlier turns the agent was offered', async () => {
    const page = await stage().open(stage().storyPath())
    const line = page.locator('.started-fresh').last()
    await line.waitFor()
    expect(await line.textContent()).toMatch(/Started fresh because .+\./)
  })

  it('shows a failure with its reason and error text', async () => {
    const { world } = stage()
    const chat = chatOf(stage())
    const task = enqueue(world, chat, 'Will it work?')
    claim(world, task)
    start(world, task)
    fail(world, task, { failureReason: 'provider_network', error: 'connect ETIMEDOUT' })
    const page = await stage().open(`/sessions/${chat.id}`)
    await page.locator('.failure', { hasText: 'provider_network: connect ETIMEDOUT' }).waitFor()
    await page.locator('.turn-end').getByText('Failed').waitFor()
    expect(await page.locator('.turn').count()).toBe(1)
  })

  it('has no composer for a VIEWER token or for an archived chat', async () => {
    const chat = chatOf(stage(), 'Yes.')
    stage().host.kind = 'VIEWER'
    const reader = await stage().open(`/sessions/${chat.id}`)
    await reader.getByText('Yes.').waitFor()
    expect(await reader.getByLabel('Message').count()).toBe(0)
    stage().host.kind = 'ADMIN'
    chat.archived = true
    const page = await stage().open(`/sessions/${chat.id}`)
    await page.getByText('Yes.').waitFor()
    expect(await page.getByLabel('Message').count()).toBe(0)
  })
})

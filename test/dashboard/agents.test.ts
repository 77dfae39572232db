import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/mock-stage.js'
import type { Stage } from './support/mock-stage.js'
import type { WorldAgent } from './support/world.js'

/** A new agent, and its page. */
async function openAgent({ world, open }: Stage, name: string, config: unknown = null): Promise<[WorldAgent, Page]> {
  const runtime = world.runtimes[0]
  if (runtime === undefined) throw new Error('The world has no runtime.')
  const agent = world.addAgent(name, runtime)
  agent.config = config
  const page = await open(`/agents/${agent.id}`)
  await page.getByRole('heading', { level: 1, name }).waitFor()
  return [agent, page]
}

describeInBrowser('An agent', (stage) => {
  it('is in the list with its active tasks, and opens by keyboard', async () => {
    const page = await stage().open('/agents')
    await page.locator('.agents a', { hasText: 'Fixer' }).getByText('0 of 6 active').waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Resume policy' }).waitFor()
    expect(page.url()).toMatch(/\/agents\/agt_/)
  })

  it('has a field for each key of the config schema, and keeps all other keys', async () => {
    const config = { model: 'opus', limits: { idleSeconds: 60, other: 1 }, mine: [1], args: ['--a', '--b'] }
    const [agent, page] = await openAgent(stage(), 'Ada', config)
    const form = page.getByRole('form', { name: 'Config' })
    for (const key of ['model', 'instructions', 'permissions', 'env', 'args', 'mcpServers', 'effort']) {
      await form.getByLabel(key, { exact: true }).waitFor()
    }
    expect(await form.getByLabel('limits.idleSeconds').inputValue()).toBe('60')
    expect(await form.getByLabel('args').inputValue()).toBe('--a\n--b')
    await form.getByLabel('model').fill('sonnet')
    await form.getByLabel('permissions').selectOption('edit')
    await form.getByLabel('limits.totalSeconds').fill('900')
    await form.getByLabel('env').fill('{ "LANG": "C" }')
    await form.getByRole('button', { name: 'Save config' }).click()
    await form.getByText('Saved.').waitFor()
    expect(agent.config).toEqual({
      model: 'sonnet',
      permissions: 'edit',
      env: { LANG: 'C' },
      mine: [1],
      args: ['--a', '--b'],
      limits: { idleSeconds: 60, totalSeconds: 900, other: 1 },
    })
    await page.getByText('revision 2', { exact: true }).waitFor()
  })

  it('shows a refusal at its field, and saves after the correction', async () => {
    const [agent, page] = await openAgent(stage(), 'Bea')
    const form = page.getByRole('form', { name: 'Config' })
    await form.getByLabel('limits.idleSeconds').fill('0')
    await form.getByLabel('mcpServers').fill('{ "tracker": {} }')
    await form.getByRole('button', { name: 'Save config' }).click()
    const field = form.locator('.field', { has: page.getByLabel('limits.idleSeconds') })
    await field.getByText('It must be a whole number from 1 to 604,800.').waitFor()
    expect(await form.getByLabel('limits.idleSeconds').getAttribute('aria-invalid')).toBe('true')
    const servers = form.locator('.field', { has: page.getByLabel('mcpServers') })
    await servers.getByText('tracker must have a command').waitFor()
    expect(await form.locator('.notice').count()).toBe(0)
    expect(agent.config).toBe(null)
    await form.getByLabel('limits.idleSeconds').fill('30')
    await form.getByLabel('mcpServers').fill('{ "tracker": ')
    await form.getByRole('button', { name: 'Save config' }).click()
    await servers.getByText('must be JSON').waitFor()
    await form.getByLabel('mcpServers').fill('')
    await form.getByRole('button', { name: 'Save config' }).click()
    await form.getByText('Saved.').waitFor()
    expect(agent.config).toEqual({ limits: { idleSeconds: 30 } })
  })

  it('lets a person try a policy on past claims, and then apply it', async () => {
    const { open, agent } = stage()
    const page = await open(`/agents/${agent.id}`)
    const policy = page.getByRole('region', { name: 'Resume policy' })
    const apply = policy.getByRole('button', { name: 'Apply' })
    await policy.getByLabel('Resume sessions at all').uncheck()
    await policy.getByRole('button', { name: 'Try on past claims' }).click()
    await policy.getByText(/decisions? would change/).waitFor()
    await policy.locator('.flips-by-reason').getByText('Resume off').waitFor()
    expect(agent.policy.enabled).toBe(true)
    await apply.click()
    await policy.getByText('Applied').waitFor()
    expect(agent.policy.enabled).toBe(false)
    expect(await apply.isDisabled()).toBe(true)
    agent.policy = { ...agent.policy, enabled: true }
  })

  it('is moved and renamed, and shows at the field what is wrong with a name', async () => {
    const [agent, page] = await openAgent(stage(), 'Cleo')
    const form = page.getByRole('form', { name: 'Settings' })
    await form.getByLabel('Name').fill(' ')
    await form.getByRole('button', { name: 'Save settings' }).click()
    await form
      .locator('.field', { has: page.getByLabel('Name') })
      .getByText('It must not be empty')
      .waitFor()
    await form.getByLabel('Name').fill('Cleopatra')
    await form.getByLabel('Runtime').selectOption({ label: 'build-02 / claude' })
    await form.getByLabel('Concurrent tasks').fill('2')
    await form.getByRole('button', { name: 'Save settings' }).click()
    await page.getByRole('heading', { level: 1, name: 'Cleopatra' }).waitFor()
    expect(agent).toMatchObject({ name: 'Cleopatra', runtimeId: stage().world.runtimes[1]?.id, maxConcurrentTasks: 2 })
  })

  it('is archived after a confirmation, and then cannot be changed', async () => {
    const [agent, page] = await openAgent(stage(), 'Dora')
    await page.getByRole('button', { name: 'Archive' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Go back' }).click()
    expect(agent.archivedAt).toBe(null)
    await page.getByRole('button', { name: 'Archive' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Archive' }).click()
    // The page's words, not the question's.
    await page.getByText(': it takes no new work').waitFor()
    expect(agent.archivedAt).not.toBe(null)
    expect(await page.getByRole('button', { name: /Save|Apply|Archive/ }).count()).toBe(0)
    await page.getByRole('link', { name: 'Agents' }).first().click()
    await page.locator('.agents a', { hasText: 'Fixer' }).waitFor()
    expect(await page.locator('.agents a', { hasText: 'Dora' }).count()).toBe(0)
    await page.getByLabel('Include archived').check()
    await page.locator('.agents a', { hasText: 'Dora' }).getByText('archived').waitFor()
  })

  it('is read-only for a VIEWER token', async () => {
    const { host } = stage()
    host.kind = 'VIEWER'
    const [, page] = await openAgent(stage(), 'Ella', { model: 'opus' })
    await page.getByText('"model": "opus"').waitFor()
    expect(await page.getByRole('button', { name: /Save|Apply|Archive|Try/ }).count()).toBe(0)
    expect(await page.getByLabel('Resume sessions at all').isDisabled()).toBe(true)
    host.kind = 'ADMIN'
  })
})

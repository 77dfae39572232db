import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'

/** Between two inputs of somebody who is quick. */
const BETWEEN_MS = 150

/** Uses all parts of the page that react to an input, and returns how many inputs there were. */
export async function usePage(page: Page): Promise<number> {
  let inputs = 0
  const key = async (name: string): Promise<void> => {
    await page.keyboard.press(name)
    inputs += 1
    await sleep(BETWEEN_MS)
  }
  const click = async (selector: string): Promise<void> => {
    await page.locator(selector).first().click()
    inputs += 1
    await sleep(BETWEEN_MS)
  }
  await click('.filter-chip:has-text("Issues")')
  await click('.filter-chip:has-text("Issues")')
  await key('/')
  for (const letter of 'login') await key(letter)
  for (let n = 0; n < 5; n++) await key('Backspace')
  await key('Escape')
  await page.locator('.session-list li').first().waitFor()
  for (let n = 0; n < 12; n++) await key(n < 9 ? 'j' : 'k')
  await key('Enter')
  await page.locator('.turn').first().waitFor()
  for (const view of ['2', '3', '4', '2']) await key(view)
  await page.locator('.event').first().waitFor()
  for (let n = 0; n < 4; n++) await key('j')
  await key('Enter')
  await key('?')
  await key('Escape')
  await click('.top-nav a:has-text("Fleet")')
  await page.locator('.runtime').first().waitFor()
  await click('.top-nav a:has-text("Agents")')
  await page.locator('.agents a').first().waitFor()
  await click('.agents a')
  await page.locator('.fields .field').first().waitFor()
  await click('.fields textarea')
  for (const letter of 'be brief') await key(letter === ' ' ? 'Space' : letter)
  await click('.top-nav a:has-text("Sessions")')
  await page.locator('.session-list li').first().waitFor()
  return inputs
}

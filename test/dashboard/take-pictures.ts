import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.js'

/** The README's pictures: `npm run pictures` takes them anew. */
const FOLDER = fileURLToPath(new URL('../../src/dashboard/pictures/', import.meta.url))
const MOST_BYTES = 60_000

const PICTURES = {
  sessions: { path: () => '/', ready: '.session-list li' },
  events: { path: (story: string) => `${story}?event=22`, ready: '.candidates' },
  lanes: { path: (story: string) => `${story}?view=lanes`, ready: '.run' },
  pointer: { path: (story: string) => `${story}?view=pointer`, ready: '.pointer-chart .session' },
  fleet: { path: () => '/fleet', ready: '.runtime' },
  'resume-health': { path: () => '/resume', ready: '.reason-bars li' },
}

describeInBrowser('The pictures', (stage) => {
  it.each(Object.entries(PICTURES))('%s', async (name, { path, ready }) => {
    const page = await stage().open(path(stage().storyPath()), { width: 800, height: 500 })
    await page.locator(ready).first().waitFor()
    await page.waitForTimeout(1_000)
    const picture = await page.screenshot({ type: 'png' })
    expect(picture.length).toBeLessThan(MOST_BYTES)
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(`${FOLDER}${name}.png`, picture)
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { describeWithDemo } from './support/demo-stage.js'
import { indexedPng } from './support/indexed-png.js'

/** The README's pictures: `npm run pictures` takes them anew. */
const FOLDER = fileURLToPath(new URL('../../src/dashboard/pictures/', import.meta.url))
const MOST_BYTES = 60_000
const SIZE = { width: 1000, height: 640 }

const STORY = 'The flaky checkout test'
const PICTURES: Readonly<Record<string, { query?: string; path?: string; open?: string; ready: string }>> = {
  sessions: { path: '/', ready: '.session-list li' },
  conversation: { query: '', ready: '.started-fresh' },
  events: { query: '?event=26', ready: '.candidates' },
  lanes: { query: '?view=lanes', ready: '.run' },
  pointer: { query: '?view=pointer', ready: '.pointer-chart .session' },
  agent: { path: '/agents', open: '.agents a', ready: '.fields .field' },
  fleet: { path: '/fleet', ready: '.runtime' },
  'resume-health': { path: '/resume', ready: '.reason-bars li' },
}

/** The browser takes the picture, and reads it too: its own PNG holds every pixel in full. */
async function smallPicture(page: Page): Promise<Buffer> {
  const taken = (await page.screenshot({ type: 'png' })).toString('base64')
  const blank = await page.context().newPage()
  const pixels = await blank.evaluate<string>(`(async () => {
    const picture = await createImageBitmap(await (await fetch('data:image/png;base64,${taken}')).blob())
    const canvas = new OffscreenCanvas(picture.width, picture.height)
    const drawn = canvas.getContext('2d')
    drawn.drawImage(picture, 0, 0)
    const { data } = drawn.getImageData(0, 0, picture.width, picture.height)
    return Array.from({ length: Math.ceil(data.length / 32768) }, (_, part) =>
      String.fromCharCode(...data.subarray(part * 32768, (part + 1) * 32768))).join('')
  })()`)
  return indexedPng(SIZE.width, SIZE.height, Buffer.from(pixels, 'latin1'))
}

describeWithDemo('The pictures', (stage) => {
  it.each(Object.entries(PICTURES))('%s', async (name, { path, query, open, ready }) => {
    const page = await stage().open(path ?? (await stage().pathOf(STORY)) + (query ?? ''), { ...SIZE })
    if (open !== undefined) await page.locator(open).first().click()
    await page.locator(ready).first().waitFor()
    await page.waitForTimeout(1_000)
    // A conversation opens at its end.
    if (name === 'conversation') {
      await page.evaluate(`document.querySelector('${ready}').scrollIntoView({ block: 'center' })`)
      await page.waitForTimeout(500)
    }
    const picture = await smallPicture(page)
    expect(picture.length).toBeLessThan(MOST_BYTES)
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(`${FOLDER}${name}.png`, picture)
  })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { findChromium, launchChromium, NO_BROWSER } from '../../support/chromium.js'
import type { Bench, BenchResult } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { enqueueMany, Owner, registerFleet } from '../setting/fleet.js'
import { percentile } from '../statistics.js'
import type { Setting } from '../setting/setting.js'
import { usePage } from './use-page.js'
import { figuresOf, openWatched } from './watch-page.js'

const BARE = 'a bare static page'
const LIST = 'the list of sessions'
const FIGURES = ['firstPaint', 'ready', 'shift', 'kilobytes'] as const
/** Each begins a life a second: four events of claim, start, pin and end. */
const DAEMONS = 6
const EVENTS_A_LIFE = 4
/** What is under 16 ms the browser does not tell. */
const UNTOLD_MS = 16
const BEFORE_USE_MS = 1_500

export const page: Bench = {
  about: 'the dashboard in a browser, on the embedded database: first paint, what an input takes, what moves',
  async run(setting): Promise<BenchResult> {
    if (findChromium() === null) {
      setting.tell(`left out: ${NO_BROWSER}`)
      return { tables: [], goals: [], figures: {} }
    }
    const [conversations, rounds] = setting.quick ? [500, 1] : [10_000, 5]
    const { url } = await setting.server(null)
    const fleet = await registerFleet(url, { name: 'page', daemons: DAEMONS, agents: [1000] })
    setting.tell(`making ${conversations} conversations by the API`)
    await enqueueMany(url, fleet, conversations / fleet.agents.length)
    const load = startAsked<Load, Worked>(LOAD_PROCESS)
    setting.atEnd(() => load.stop())
    const work = (seconds: number) =>
      load.ask({ url, daemons: fleet.daemons, seconds, everyMs: 1_000, does: 'lives', max: 1 })
    await work(3)
    const browser = await launchChromium()
    setting.atEnd(() => browser.close())
    const bare = await bareServer(setting)
    const visits: Readonly<Record<string, readonly [address: string, ready: string]>> = {
      [BARE]: [bare, 'li'],
      [LIST]: [url, '.session-list li'],
      'a conversation': [`${url}/sessions/${await newestConversation(url)}`, '.turn'],
      'the fleet': [`${url}/fleet`, '.runtime'],
      'an agent': [`${url}/agents/${fleet.agents[0] ?? ''}`, '.fields .field'],
    }
    const contestants = Object.entries(visits).map(([name, [address, ready]]): Contestant => ({
      name,
      measure: () => visit(browser, address, ready, setting.tell),
    }))
    await visit(browser, bare, 'li', setting.tell)
    const measured = await alternate(contestants, rounds, setting.tell)
    const used = await useWhileBusy(browser, url, work, setting)
    const ratio = measured.ratio([LIST, 'firstPaint'], [BARE, 'firstPaint'])
    return {
      tables: [
        {
          title: `the page, ${conversations.toLocaleString('en')} conversations, embedded database, an empty cache`,
          columns: ['what', 'first paint ms', 'content shown ms', 'layout shift', 'KB gzipped'],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
        {
          title: 'inputs, while events come in',
          columns: ['events a second', 'inputs', 'p50 ms', 'p95 ms', 'slowest ms', 'layout shift'],
          rows: [[used.events, used.inputs, used.p50, used.p95, used.slowest, used.shift].map(shortNumber)],
        },
      ],
      goals: [
        {
          measure: 'first paint of the list',
          wanted: { atMost: 1_000 },
          measured: measured.of(LIST, 'firstPaint'),
          unit: 'ms',
        },
        { measure: 'input to next frame, p95', wanted: { atMost: 100 }, measured: used.p95, unit: 'ms' },
        {
          measure: 'layout shift, at most',
          wanted: { atMost: 0 },
          measured: Math.max(used.shift, ...measured.names.map((name) => measured.of(name, 'shift'))),
        },
        { measure: 'first load', wanted: { atMost: 250 }, measured: measured.of(LIST, 'kilobytes'), unit: 'KB' },
      ],
      figures: { ...measured.figures(), used: { ...used }, ratio: { firstPaint: ratio } },
    }
  },
}

async function visit(
  browser: Browser,
  address: string,
  ready: string,
  tell: Setting['tell'],
): Promise<Record<string, number>> {
  const watched = await openWatched(browser, address, ready)
  await sleep(BEFORE_USE_MS)
  const { firstPaint, ready: shown, shift, moved, kilobytes } = await figuresOf(watched)
  for (const one of moved) tell(`moved: ${one}`)
  await watched.context().close()
  return { firstPaint, ready: shown, shift, kilobytes }
}

/** Somebody uses the page while daemons work. */
async function useWhileBusy(
  browser: Browser,
  url: string,
  work: (seconds: number) => Promise<Worked>,
  setting: Setting,
) {
  const watched = await openWatched(browser, url, '.session-list li')
  let inputs = 0
  let lives = 0
  let used = false
  const from = performance.now()
  const working = (async () => {
    while (!used) lives += (await work(SECONDS_OF_WORK)).total
  })()
  for (let n = 0; n < (setting.quick ? 1 : 3); n++) {
    await sleep(BEFORE_USE_MS)
    inputs += await usePage(watched)
  }
  used = true
  await working
  const seconds = (performance.now() - from) / 1000
  const { interactions, shift, moved, slow } = await figuresOf(watched)
  for (const one of slow) setting.tell(`slow: ${one}`)
  for (const one of moved) setting.tell(`moved: ${one}`)
  await watched.context().close()
  const untold = Array.from({ length: Math.max(0, inputs - interactions.length) }, () => UNTOLD_MS)
  const all = [...interactions, ...untold]
  return {
    events: (lives * EVENTS_A_LIFE) / seconds,
    inputs,
    shift,
    slowest: Math.max(...all),
    p50: percentile(all, 50),
    p95: percentile(all, 95),
  }
}

const SECONDS_OF_WORK = 5

async function newestConversation(url: string): Promise<string> {
  const owner = new Owner(url)
  const query = '{ conversations(first: 1) { nodes { id } } }'
  const { conversations } = await owner.ask<{ conversations: { nodes: { id: string }[] } }>(query, {})
  owner.close()
  return conversations.nodes[0]?.id ?? ''
}

/** What any page takes on this machine: some text, no script. */
async function bareServer(setting: Setting): Promise<string> {
  const rows = Array.from({ length: 20 }, (_, n) => `<li>Conversation ${n}</li>`).join('')
  const html = `<!doctype html><meta charset="utf-8"><title>Bare</title><h1>Sessions</h1><ul>${rows}</ul>`
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  setting.atEnd(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

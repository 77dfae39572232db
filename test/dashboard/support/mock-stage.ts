import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { describeWithBrowser } from './browser.js'
import type { OpenPage, Screen } from './browser.js'
import { startMockServer } from './mock-server.js'
import type { MockServer } from './mock-server.js'
import { makeWorkspace } from './world-stories.js'
import type { Workspace } from './world-stories.js'

export interface Stage extends Omit<Workspace, 'server'> {
  host: MockServer
  /** The page at `path`, in a browser window of its own that has never been here. */
  open: (path: string, screen?: Screen) => Promise<Page>
  storyPath: (query?: string) => string
}

/** Tests in a browser, of the page over a world in memory: each suite has a world and a server of its own. */
export function describeInBrowser(name: string, tests: (stage: () => Stage) => void): void {
  describeWithBrowser(name, (openPage) => {
    let stage: Stage | undefined
    beforeAll(async () => {
      stage = await setStage(openPage)
    })
    afterAll(async () => {
      await stage?.host.close()
    })
    tests(() => stage ?? never())
  })
}

function never(): never {
  throw new Error('The server has not been started.')
}

async function setStage(openPage: OpenPage): Promise<Stage> {
  const workspace = makeWorkspace()
  const host = await startMockServer(workspace.world)
  const open = (path: string, screen: Screen = {}): Promise<Page> =>
    openPage(`${host.url}${path}${host.lends ? '#code=good' : ''}`, { time: workspace.world.time + 2_000, ...screen })
  return { ...workspace, host, open, storyPath: (query = '') => `/sessions/${workspace.story.id}${query}` }
}

import type { Page } from 'playwright-core'
import { beforeAll } from 'vitest'
import { systemClock } from '../../../src/database/clock.js'
import { databaseOf } from '../../../src/demo/demo-directory.js'
import { DirectoryCodes } from '../../../src/server/access/one-time-codes.js'
import { adminTokenOf, startDemo } from '../../support/demo-process.js'
import type { DemoProcess } from '../../support/demo-process.js'
import { requestGraphQL } from '../../support/graphql-request.js'
import { describeWithBrowser } from './browser.js'
import type { Screen } from './browser.js'

export interface DemoStage {
  demo: DemoProcess
  /** The page at `path`, in a browser window of its own that has never been here. */
  open: (path: string, screen?: Screen) => Promise<Page>
  /** The path of the chat with this title. */
  pathOf: (title: string) => Promise<string>
  ask: (query: string) => Promise<Record<string, unknown>>
}

/** Tests in a browser, of the real server with the demo's history. */
export function describeWithDemo(name: string, tests: (stage: () => DemoStage) => void): void {
  describeWithBrowser(name, (openPage) => {
    let demo: DemoProcess | undefined
    beforeAll(async () => {
      demo = await startDemo()
    })
    tests(() => {
      if (demo === undefined) throw new Error('The demo has not been started.')
      const { directory, url } = demo
      const codes = new DirectoryCodes(databaseOf(directory), systemClock)
      return stageOf(demo, async (path, screen) => openPage(`${url}${path}#code=${await codes.make()}`, screen))
    })
  })
}

function stageOf(demo: DemoProcess, open: DemoStage['open']): DemoStage {
  const ask: DemoStage['ask'] = async (query) => {
    const { data, errors } = await requestGraphQL(demo.url, adminTokenOf(demo), query)
    if (data == null) throw new Error(JSON.stringify(errors))
    return data
  }
  const pathOf = async (title: string): Promise<string> => {
    const { chatSessions } = await ask(
      `{ chatSessions(filter: { search: ${JSON.stringify(title)} }) { nodes { id } } }`,
    )
    const [chat] = (chatSessions as { nodes: { id: string }[] }).nodes
    if (chat === undefined) throw new Error(`There is no chat "${title}".`)
    return `/sessions/${chat.id}`
  }
  return { demo, open, ask, pathOf }
}

import type { ServerResponse } from 'node:http'
import type { GraphiQLOptions } from 'graphql-yoga'
import { graphiqlTabs } from '../graphql/graphiql-tabs.js'
import { pageHeaders } from './answer-headers.js'

/** The page is whole: scripts, styles and pictures are in it. */
const HEADERS = pageHeaders({
  'script-src': "'unsafe-inline' blob:",
  'worker-src': 'blob:',
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
  'font-src': 'data:',
})

/** What the page is to show, and the headers it is sent with. */
export function graphiqlOptions(response: ServerResponse): GraphiQLOptions {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  return {
    title: 'Baton',
    defaultTabs: [...graphiqlTabs],
    // A token is kept where the dashboard keeps it, and nowhere else.
    shouldPersistHeaders: false,
    inputValueDeprecation: true,
    schemaDescription: true,
  }
}

const START = 'YogaGraphiQL.renderYogaGraphiQL('

/**
 * Runs in the page: with the token of the dashboard in the same browser in each tab's headers, or says where to get one.
 * Written as text, because nothing but text gets into the page.
 */
const WITH_TOKEN = `
        function withToken(root, options) {
          const token = localStorage.getItem('baton.token');
          if (token === null) {
            document.body.innerHTML = document.querySelector('#no-token').innerHTML;
            return;
          }
          const headers = JSON.stringify({ Authorization: 'Bearer ' + token }, null, 2);
          const defaultTabs = options.defaultTabs.map((tab) => ({ ...tab, headers }));
          YogaGraphiQL.renderYogaGraphiQL(root, { ...options, headers, defaultTabs });
        }
        withToken(`

const NO_TOKEN = `<template id="no-token">
      <main style="max-width: 40rem; margin: 15vh auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif">
        <h1>GraphiQL needs a token</h1>
        <p>On the machine of the server, in its directory, run <code>npm run open</code> and open the address that it
          prints: this browser is signed in then. In a container the command is <code>node dist/cli/open.js</code>.</p>
        <p>Or <a href="/">sign in with a token on the dashboard</a>, and come back.</p>
      </main>
    </template>
      <div id="root"></div>`

/** Loaded when it is first asked for: nine megabytes that most servers never need. From npm, so it works offline. */
export async function renderGraphiqlPage(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  // What it shows when it is opened again: without, one more empty tab each time.
  const props = { ...options, query: graphiqlTabs[0]?.query }
  const page = renderGraphiQL(props)
  const start = page.lastIndexOf(START)
  const whole = page.slice(0, start) + WITH_TOKEN + page.slice(start + START.length)
  const root = whole.indexOf('<div id="root"></div>')
  return whole.slice(0, root) + NO_TOKEN + whole.slice(root + '<div id="root"></div>'.length)
}

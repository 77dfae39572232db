import type { ServerResponse } from 'node:http'
import type { GraphiQLOptions } from 'graphql-yoga'
import { graphiqlTabs } from '../../graphql/graphiql-tabs.js'
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
 * Runs in the page: sends the token that the dashboard keeps in the same browser, or says where to get one. The token is
 * in no tab: GraphiQL keeps its tabs and leaves out their headers, so that a tab would have none on the second visit.
 * The page then opens as it was left. Without the variables of the tab that GraphiQL looks for, it opens one more each time.
 * Written as text, because nothing but text gets into the page.
 */
const WITH_TOKEN = `
        function kept() {
          try {
            const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
            return [tabs[activeTabIndex], ...tabs].filter(Boolean);
          } catch {
            return [];
          }
        }
        function withToken(root, options) {
          if (localStorage.getItem('baton.token') === null) {
            document.body.innerHTML = document.querySelector('#no-token').innerHTML;
            return;
          }
          const send = window.fetch;
          window.fetch = (input, init) => {
            const headers = new Headers(init?.headers);
            const token = localStorage.getItem('baton.token');
            if (token !== null && !headers.has('authorization')) headers.set('authorization', 'Bearer ' + token);
            return send(input, { ...init, headers });
          };
          const tabs = kept();
          const query = new URL(location.href).searchParams.get('query') ?? tabs[0]?.query ?? options.query;
          const variables = tabs.find((tab) => tab.query === query)?.variables ?? '';
          YogaGraphiQL.renderYogaGraphiQL(root, { ...options, query, variables });
        }
        withToken(`

const NO_TOKEN = `<template id="no-token">
      <main style="max-width: 40rem; margin: 15vh auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif">
        <h1>GraphiQL needs a token</h1>
        <p>On the machine of the server run <code>baton open</code>, in a checkout <code>npm run open</code>, and open the
          address that it prints: this browser is signed in then.</p>
        <p>Or <a href="/">sign in with a token on the dashboard</a>, and come back.</p>
      </main>
    </template>
      <div id="root"></div>`

/** Loaded when it is first asked for: nine megabytes that most servers never need. From npm, so it works offline. */
export async function renderGraphiqlPage(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const props = { ...options, query: graphiqlTabs[0]?.query }
  const page = renderGraphiQL(props)
  const start = page.lastIndexOf(START)
  const whole = page.slice(0, start) + WITH_TOKEN + page.slice(start + START.length)
  const root = whole.indexOf('<div id="root"></div>')
  return whole.slice(0, root) + NO_TOKEN + whole.slice(root + '<div id="root"></div>'.length)
}

import type { ServerResponse } from 'node:http'
import type { GraphiQLOptions } from 'graphql-yoga'
import { graphiqlTabs } from '../../graphql/graphiql-tabs.js'
import { pageHeaders } from './answer-headers.js'

/** The page contains its scripts, styles and pictures. */
const HEADERS = pageHeaders({
  'script-src': "'unsafe-inline' blob:",
  'worker-src': 'blob:',
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
  'font-src': 'data:',
})

/** The page's options. Also sets the headers of its response. */
export function graphiqlOptions(response: ServerResponse): GraphiQLOptions {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  return {
    title: 'Baton',
    defaultTabs: [...graphiqlTabs],
    // The token is stored only where the dashboard stores it.
    shouldPersistHeaders: false,
    inputValueDeprecation: true,
    schemaDescription: true,
  }
}

const START = 'YogaGraphiQL.renderYogaGraphiQL('

/**
 * Runs in the page. It sends the token that the dashboard stores in this browser, or explains how to get one. The token
 * is in no tab, because GraphiQL stores its tabs without their headers. The page opens with the stored query and
 * variables; with other variables GraphiQL would open another tab on each visit. It is text, because only text can be
 * inserted into the page.
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
        <p>Run <code>baton open</code> on the server's machine (in a checkout <code>npm run open</code>), and open the address
          that it prints. This signs the browser in.</p>
        <p>Or <a href="/">sign in with a token on the dashboard</a>, and come back.</p>
      </main>
    </template>
      <div id="root"></div>`

/**
 * Loads GraphiQL on the first request, because most servers never need its nine megabytes. It is from npm, so it works
 * offline.
 */
export async function renderGraphiqlPage(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const props = { ...options, query: graphiqlTabs[0]?.query }
  const page = renderGraphiQL(props)
  const start = page.lastIndexOf(START)
  const whole = page.slice(0, start) + WITH_TOKEN + page.slice(start + START.length)
  const root = whole.indexOf('<div id="root"></div>')
  return whole.slice(0, root) + NO_TOKEN + whole.slice(root + '<div id="root"></div>'.length)
}

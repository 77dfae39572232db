import { readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_ROOT, read } from './support/docs-pages.js'

const PAGE = 'docs/architecture.md'
const PICTURE = /(?<=<!-- The picture[^]*?-->\n\n)```mermaid\n[^]*?```/

type Graph = Map<string, Set<string>>

/** Which folder of src/ imports which others, types included. */
function importsOfFolders(): Graph {
  const graph: Graph = new Map()
  for (const file of readdirSync(`${PROJECT_ROOT}src`, { recursive: true, encoding: 'utf8' })) {
    const [folder = ''] = file.split('/')
    if (!/\.tsx?$/.test(file) || folder === 'generated') continue
    const named = read(join('src', file)).matchAll(/(?:from|import\() ?'(\.[^']+)'/g)
    const imported = [...named].map(([, path = '']) => normalize(join(dirname(file), path)).split('/')[0] ?? '')
    const others = imported.filter((other) => other !== folder && other !== 'generated')
    graph.set(folder, new Set([...(graph.get(folder) ?? []), ...others]))
  }
  return graph
}

function reaches(graph: Graph, from: string, to: string): boolean {
  return [...(graph.get(from) ?? [])].some((next) => next === to || reaches(graph, next, to))
}

/** Without the arrows that others imply: what the server may reach through use cases is not drawn twice. */
function drawn(graph: Graph): string {
  const arrows = [...graph].flatMap(([folder, others]) =>
    [...others]
      .filter((to) => ![...others].some((other) => other !== to && reaches(graph, other, to)))
      .map((to) => `  ${folder} --> ${to}`),
  )
  return ['```mermaid', 'flowchart TD', ...arrows.toSorted(), '```'].join('\n')
}

it('the picture of the architecture is that of the imports (npx vitest -u draws it anew)', async () => {
  const page = read(PAGE)
  expect(page).toMatch(PICTURE)
  await expect(page.replace(PICTURE, drawn(importsOfFolders()))).toMatchFileSnapshot(`${PROJECT_ROOT}${PAGE}`)
})

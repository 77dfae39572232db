import { build } from 'esbuild'

/** Packages with files beside their code cannot be bundled, so they are dependencies. */
export const NOT_BUNDLED = ['@electric-sql/pglite']

/** CommonJS packages call `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`

/**
 * Bundles programs for Node with the packages that they import: a start that loads a thousand files takes half as long
 * again.
 */
export function bundle(options) {
  return build({
    // At the same depth as the entry points, so that relative paths stay valid.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    external: NOT_BUNDLED.flatMap((one) => [one, `${one}/*`]),
    banner: { js: REQUIRE },
    logLevel: 'warning',
    ...options,
  })
}

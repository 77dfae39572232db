import { register } from 'node:module'

/**
 * `node --import ./.config/typescript.js file.ts` runs TypeScript without a build. Each file keeps its path and imports.
 */
register('./typescript-hooks.js', import.meta.url)

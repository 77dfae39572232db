import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

/** Imports name the built .js file. If it does not exist, the .ts file beside it is loaded. */
export async function resolve(specifier, context, next) {
  const ofTypeScript = context.parentURL?.endsWith('.ts') && specifier.startsWith('.') && specifier.endsWith('.js')
  if (!ofTypeScript) return next(specifier, context)
  try {
    return await next(specifier.replace(/\.js$/, '.ts'), context)
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    return next(specifier, context)
  }
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
  const text = await readFile(fileURLToPath(url), 'utf8')
  const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline' })
  return { format: 'module', source: code, shortCircuit: true }
}

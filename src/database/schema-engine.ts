import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'

/**
 * Prisma's own schema engine, as WebAssembly from npm, in this process: no engine binary is downloaded, and
 * `prisma migrate status` and `prisma migrate deploy` agree with what it records in _prisma_migrations.
 */
export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  schema: { path: string; content: string },
): Promise<engine.SchemaEngine> {
  instantiate()
  const adapter = bindMigrationAwareSqlAdapterFactory(factory)
  return engine.SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, adapter)
}

/** The part of the global that Node's types leave to the DOM's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: Record<string, object>) => { exports: object }
}

let instantiated = false

function instantiate(): void {
  if (instantiated) return
  const wasmFile = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm')
  const module = new WebAssembly.Module(readFileSync(wasmFile))
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': engine })
  engine.__wbg_set_wasm(exports)
  ;(exports as { __wbindgen_start?: () => void }).__wbindgen_start?.()
  instantiated = true
}

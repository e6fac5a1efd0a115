import type { Engine } from '../../engine.ts'
import type { Suppression } from '../../state/suppression.ts'
import type { ImportOptions, ImportSummary } from './import-options.ts'

/** All suppressions, by address. */
export async function all(engine: Engine): Promise<Suppression[]> {
  const found: Suppression[] = []
  for await (const suppression of engine.suppressions()) found.push(suppression)
  return found
}

/** A whole export. */
export async function textOf(engine: Engine, format: 'csv' | 'ndjson'): Promise<string> {
  let text = ''
  for await (const piece of engine.export({ format })) text += piece
  return text
}

/** Imports CSV. */
export function csv(
  engine: Engine,
  text: string | Uint8Array,
  options: Partial<ImportOptions> = {},
): Promise<ImportSummary> {
  return engine.import([text], { format: 'csv', ...options })
}

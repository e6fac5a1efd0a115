import { codeOf } from '../cli-error.ts'
import { asTyped } from './typed-names.ts'
import { bounded, visible, visibleJson } from './visible.ts'

/** The longest message that is shown whole. Characters. */
const mostCharacters = 2000

/** What is printed for an error on standard error: one line, or with `json` one object. */
export function errorLine(error: unknown, json: boolean): string {
  const message = bounded(asTyped(error instanceof Error ? error.message : String(error)), mostCharacters)
  const code = codeOf(error)
  if (json) return `${visibleJson({ error: { code: code ?? 'EFAILED', message } })}\n`
  const text = visible(message)
  return `icloud-delivery: ${text}${code === null || text.includes(code) ? '' : ` (${code})`}\n`
}

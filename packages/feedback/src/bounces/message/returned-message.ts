import { isCopyAnnounced } from './copy-announced.ts'
import { fieldBlocks } from './field-lines.ts'
import type { HeaderField, ParsedMessage } from './parse-message.ts'

const types = new Set([
  'message/rfc822',
  'message/global',
  'message/rfc822-headers',
  'message/global-headers',
  'text/rfc822-headers',
])

/** The head of the message that a bounce returns, in a part of its own or at the end of the text; empty if it returns none. */
export function returnedFields({ parts, text }: ParsedMessage): readonly HeaderField[] {
  const part = parts.find(({ type }) => types.has(type))
  if (part !== undefined) return fieldBlocks(part.content, 1)[0] ?? []
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex(isCopyAnnounced)
  return start < 0 ? [] : (fieldBlocks(lines.slice(start + 1).join('\n'), 1)[0] ?? [])
}

import type { HeaderField } from './parse-message.ts'

const mostFields = 2000
const longestValue = 8192

/**
 * Fields as they stand in the head of a mail and in a delivery status, in blocks that a blank line ends. Lines that are none are
 * left out; what is folded is put together.
 *
 * @param mostBlocks no more of them are looked at
 */
export function fieldBlocks(text: string, mostBlocks: number): HeaderField[][] {
  const blocks: HeaderField[][] = []
  let block: HeaderField[] = []
  let seen = 0
  for (const line of text.split(/\r?\n/, mostFields * 4)) {
    if (line.trim() === '') {
      if (block.length > 0) blocks.push(block)
      block = []
      if (blocks.length >= mostBlocks) return blocks
      continue
    }
    const last = block.at(-1)
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (last !== undefined && last.value.length < longestValue) last.value += ` ${line.trim()}`
      continue
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (colon < 1 || /[^\w.-]/.test(name)) continue
    if (++seen > mostFields) break
    block.push({ name, value: line.slice(colon + 1, colon + 1 + longestValue).trim() })
  }
  if (block.length > 0) blocks.push(block)
  return blocks
}

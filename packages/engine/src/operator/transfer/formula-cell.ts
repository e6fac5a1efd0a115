/** What a spreadsheet may take for a formula, after white space too; and the apostrophe itself, so that it can be undone. */
const looksActive = /^\s*[=+\-@＝＋－＠']|^[\t\r\n]/

/**
 * A cell that no spreadsheet runs: an apostrophe is put before a text that begins with `=`, `+`, `-`, `@` (also their
 * full-width forms, and after white space), a tab, a line break or an apostrophe, and an empty text is one apostrophe. No text
 * at all is an empty cell.
 */
export function toCell(text: string | null): string {
  if (text === null) return ''
  return text === '' || looksActive.test(text) ? `'${text}` : text
}

/** The text that {@link toCell} was given. */
export function fromCell(cell: string): string | null {
  if (cell === '') return null
  return cell.startsWith("'") ? cell.slice(1) : cell
}

/** Columns of running text where there is no terminal. */
export const widthWithoutTerminal = 80

const narrowest = 40

/**
 * What a page is laid out for: the columns of a terminal, at least 40; or a pipe, where text is wrapped to 80 columns and
 * tables are as wide as they are, so that each row stays one line.
 */
export type PageWidth = number | 'pipe'

/** What to lay a page out for. */
export function pageWidth(stream: { readonly columns?: number }): PageWidth {
  return stream.columns === undefined ? 'pipe' : terminalWidth(stream)
}

/** The columns of a terminal, at least 40; 80 where it does not tell. */
export function terminalWidth({ columns }: { readonly columns?: number }): number {
  return Math.max(narrowest, columns === undefined || columns === 0 ? widthWithoutTerminal : columns)
}

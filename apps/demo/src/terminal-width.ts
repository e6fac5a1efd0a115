const fallback = 100
const narrowest = 60
const widest = 140

/**
 * The columns to write for, 60 to 140: those of the terminal, else what `COLUMNS` says, else 100.
 *
 * @param asked `COLUMNS` of the environment
 */
export function terminalWidth(
  output: { readonly isTTY?: boolean; readonly columns?: number },
  asked: string | undefined,
): number {
  const columns = (output.isTTY && output.columns) || Number(asked) || fallback
  return Math.min(widest, Math.max(narrowest, Math.floor(columns)))
}

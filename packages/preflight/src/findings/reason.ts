/** What an error says, with what is behind it: "fetch failed" alone helps nobody. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  const behind = cause instanceof Error ? cause.message || ((cause as NodeJS.ErrnoException).code ?? '') : ''
  return behind === '' ? message : `${message}: ${behind}`
}

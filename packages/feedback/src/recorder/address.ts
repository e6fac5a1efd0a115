/** Whether it is one address and nothing else; it may stand in angle brackets. */
export function isAddress(given: unknown): given is string {
  if (typeof given !== 'string') return false
  const text = given.startsWith('<') && given.endsWith('>') ? given.slice(1, -1) : given
  const at = text.lastIndexOf('@')
  if (at <= 0 || at === text.length - 1 || /[\s<>]/.test(text.slice(at))) return false
  const local = text.slice(0, at)
  return local.startsWith('"') ? local.length > 2 && local.endsWith('"') : !/[\s<>]/.test(local)
}

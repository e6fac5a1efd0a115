/** The file of a thread beside this one: its source where this is source, its build where this is built. */
export function threadUrl(name: string): URL {
  return new URL(`${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
}

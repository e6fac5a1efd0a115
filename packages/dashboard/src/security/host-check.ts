/** The name in a Host header, in lower case and without port; `null` if it is none. */
export function hostName(host: string | null): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host ?? '')
  return match?.[1]?.toLowerCase() ?? null
}

/**
 * Whether a request is addressed to us. A page of somebody else's whose name was pointed to 127.0.0.1 is not (DNS rebinding).
 */
export function isAllowedHost(host: string | null, allowed: ReadonlySet<string>): boolean {
  const name = hostName(host)
  return name !== null && allowed.has(name)
}

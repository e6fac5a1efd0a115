/** The domain of a message's From header, or `null` if it has none that can be read. */
export function fromDomain(raw: Buffer): string | null {
  const start = raw.subarray(0, 64 * 1024).toString('latin1')
  const end = start.indexOf('\r\n\r\n')
  const headers = (end === -1 ? start : start.slice(0, end)).replace(/\r\n[ \t]/g, ' ')
  const from = headers.split('\r\n').find((line) => /^from:/i.test(line))
  return from === undefined ? null : (/@([A-Za-z0-9.-]{1,255})/.exec(from)?.[1] ?? null)
}

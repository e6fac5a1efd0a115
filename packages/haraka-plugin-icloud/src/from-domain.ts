import type { Header } from './haraka.ts'

/** An address alone, or behind a name without quotes. */
const plain =
  /^(?:[A-Za-z0-9][A-Za-z0-9 ]* <)?[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@((?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,63})>?$/
const longestPlain = 200

/**
 * The domain of the From header. `undefined` for what cannot be read: it may be anybody's header.
 *
 * Most of them are plain to see: a parser that knows all of RFC 5322 costs each message more.
 */
export function fromDomainOf(header: Pick<Header, 'get' | 'get_addresses'>): string | undefined {
  const value = header.get('from').trim()
  const domain = value.length <= longestPlain ? plain.exec(value)?.[1] : undefined
  if (domain !== undefined && value.includes('<') === value.endsWith('>')) return domain
  try {
    const [first] = header.get_addresses('from')
    return first?.host?.slice(0, 255) || undefined
  } catch {
    return undefined
  }
}

import type { Lookups } from '../../dns/lookups.ts'

/** What an SPF record asks of receivers that no mechanism stops early. */
export interface SpfWalk {
  /** The record of the domain itself; `null` if there is not exactly one. */
  record: string | null
  /** Records found at the domain itself. */
  count: number
  /** Terms that ask DNS, those of included records too. */
  lookups: readonly string[]
  /** Those that find nothing. */
  voids: readonly string[]
  /** Includes and redirects that lead to no usable record. */
  broken: readonly string[]
  usesPtr: boolean
  /** The qualifier of `all` in the record itself or where it redirects to; `null` without one. */
  all: '+' | '-' | '~' | '?' | null
}

/** Far beyond the ten that are allowed: it then says "more than", and stops. */
const mostLookups = 30

/** Follows every term of a record, as a receiver does whose IP none of them matches. */
export async function walkSpf(lookups: Lookups, domain: string): Promise<SpfWalk> {
  const seen = { lookups: [] as string[], voids: [] as string[], broken: [] as string[], usesPtr: false }
  const records = await spfRecords(lookups, domain)
  const [record] = records ?? []
  if (record === undefined || records?.length !== 1)
    return { ...seen, record: null, count: records?.length ?? 0, all: null }

  const visit = async (terms: string, at: string, path: readonly string[]): Promise<SpfWalk['all']> => {
    let all: SpfWalk['all'] = null
    let redirect: string | null = null
    for (const term of terms.split(/ +/).slice(1)) {
      if (seen.lookups.length > mostLookups) return all
      const [, modifier, target] = /^([a-z][\w.-]*)=(.*)$/i.exec(term) ?? []
      if (modifier?.toLowerCase() === 'redirect' && target !== undefined) redirect = target
      const [, qualifier = '', name = '', value = ''] =
        /^([+?~-]?)([a-z0-9]+)(?::([^/]*))?(?:\/.*)?$/i.exec(term) ?? []
      if (name.toLowerCase() === 'all') all = (qualifier || '+') as SpfWalk['all']
      else await ask(name.toLowerCase(), value || at, path)
    }
    // RFC 7208: an `all` makes the redirect void.
    if (redirect === null || all !== null) return all
    return follow('redirect', redirect, path)
  }

  const ask = async (name: string, target: string, path: readonly string[]): Promise<void> => {
    if (name === 'include') {
      await follow(name, target, path)
      return
    }
    if (!['a', 'mx', 'ptr', 'exists'].includes(name)) return
    seen.lookups.push(`${name}:${target}`)
    if (name === 'ptr') seen.usesPtr = true
    // What a macro stands for depends on the message.
    if (target.includes('%') || name === 'ptr') return
    const answer =
      name === 'mx'
        ? await lookups.mx(target)
        : await lookups.addresses(target, name === 'exists' ? 4 : undefined)
    if (answer.kind === 'none') seen.voids.push(`${name}:${target}`)
  }

  const follow = async (name: string, target: string, path: readonly string[]): Promise<SpfWalk['all']> => {
    const shown = `${name}:${target}`
    seen.lookups.push(shown)
    if (target.includes('%')) return null
    if (path.includes(target.toLowerCase())) {
      seen.broken.push(`${shown} leads back to itself`)
      return null
    }
    const found = await spfRecords(lookups, target)
    if (found === null) return null
    const [only] = found
    if (only !== undefined && found.length === 1) return visit(only, target, [...path, target.toLowerCase()])
    if (found.length === 0 && (await lookups.txt(target)).kind === 'none') seen.voids.push(shown)
    seen.broken.push(`${shown} has ${found.length === 0 ? 'no record' : `${found.length} records`}`)
    return null
  }

  const all = await visit(record, domain, [domain])
  return { ...seen, record, count: 1, all }
}

/** `null`: no answer. */
async function spfRecords(lookups: Lookups, domain: string): Promise<string[] | null> {
  const answer = await lookups.txt(domain)
  if (answer.kind === 'no-answer') return null
  return answer.kind === 'none' ? [] : answer.records.filter((text) => /^v=spf1(?: |$)/i.test(text))
}

import type { Answer } from '../../dns/answer.ts'
import type { Lookups } from '../../dns/lookups.ts'
import { organisation } from '../../organisation.ts'
import { readTags } from '../tag-list.ts'

export interface BimiRecord {
  /** Where it stands. */
  domain: string
  record: string
  /** Of the logo; empty if the domain declines to show one. */
  logo: string
  /** Of the certificate; empty without one. */
  certificate: string
}

export type FoundBimi =
  | { kind: 'record'; record: BimiRecord }
  | { kind: 'broken'; domain: string; evidence: string }
  | { kind: 'none' | 'no-answer' }

/** Looks at the domain, then at the registered one. */
export async function findBimi(lookups: Lookups, domain: string, selector: string): Promise<FoundBimi> {
  for (const at of new Set([domain, organisation(domain)])) {
    const answer: Answer<string> = await lookups.txt(`${selector}._bimi.${at}`)
    if (answer.kind === 'no-answer') return { kind: 'no-answer' }
    const records =
      answer.kind === 'records' ? answer.records.filter((text) => /^\s*v\s*=\s*BIMI1\b/i.test(text)) : []
    if (records.length > 1) return { kind: 'broken', domain: at, evidence: `${records.length} records` }
    const [record] = records
    if (record !== undefined) return read(record, at)
  }
  return { kind: 'none' }
}

function read(record: string, domain: string): FoundBimi {
  const tags = readTags(record)
  const logo = tags.get('l') ?? ''
  const certificate = tags.get('a') ?? ''
  for (const [name, value] of [
    ['l', logo],
    ['a', certificate],
  ] as const) {
    if (value !== '' && URL.parse(value)?.protocol !== 'https:')
      return { kind: 'broken', domain, evidence: `${name}=${value} is no https address` }
  }
  if (!tags.has('l')) return { kind: 'broken', domain, evidence: 'l= is missing' }
  if (logo === '' && certificate !== '') return { kind: 'broken', domain, evidence: 'a= without l=' }
  return { kind: 'record', record: { domain, record, logo, certificate } }
}

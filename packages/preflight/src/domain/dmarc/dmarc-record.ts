import type { Lookups } from '../../dns/lookups.ts'
import { organisation } from '../../organisation.ts'
import { readTags } from '../tag-list.ts'

/** The DMARC policy that holds for a domain. */
export interface DmarcRecord {
  /** Where it stands: the domain itself or one above it. */
  domain: string
  record: string
  tags: ReadonlyMap<string, string>
  /** That which holds for mail from the domain asked for. */
  policy: 'none' | 'quarantine' | 'reject'
  isStrictSpf: boolean
  isStrictDkim: boolean
}

export type FoundDmarc =
  | { kind: 'record'; record: DmarcRecord }
  | { kind: 'multiple' | 'broken'; domain: string; evidence: string }
  | { kind: 'none' | 'no-answer' }

/** Looks at the domain, then at those above it down to the registered one. */
export async function findDmarc(lookups: Lookups, domain: string): Promise<FoundDmarc> {
  const top = organisation(domain)
  for (let at = domain; ; at = at.slice(at.indexOf('.') + 1)) {
    const answer = await lookups.txt(`_dmarc.${at}`)
    if (answer.kind === 'no-answer') return answer
    const records =
      answer.kind === 'records' ? answer.records.filter((text) => /^\s*v\s*=\s*DMARC1\b/i.test(text)) : []
    if (records.length > 1) return { kind: 'multiple', domain: at, evidence: records.join(' | ') }
    const [record] = records
    if (record !== undefined) return read(record, at, domain)
    if (at === top || !at.includes('.')) return { kind: 'none' }
  }
}

const policies = ['none', 'quarantine', 'reject'] as const

function read(record: string, at: string, domain: string): FoundDmarc {
  const tags = readTags(record)
  const fault = faultOf(record, tags)
  if (fault !== null) return { kind: 'broken', domain: at, evidence: fault }
  const named = (at === domain ? undefined : tags.get('sp')) ?? tags.get('p')
  const policy = policies.find((one) => one === named?.toLowerCase()) ?? 'none'
  return {
    kind: 'record',
    record: {
      domain: at,
      record,
      tags,
      policy,
      isStrictSpf: tags.get('aspf')?.toLowerCase() === 's',
      isStrictDkim: tags.get('adkim')?.toLowerCase() === 's',
    },
  }
}

function faultOf(record: string, tags: ReadonlyMap<string, string>): string | null {
  if (!/^v\s*=\s*DMARC1\s*(?:;|$)/.test(record))
    return `it does not begin with v=DMARC1; but with ${record.slice(0, 40)}`
  const p = tags.get('p')
  if (p === undefined) return 'p= is missing'
  for (const name of ['p', 'sp', 'np']) {
    const value = tags.get(name)
    if (value !== undefined && !policies.some((one) => one === value.toLowerCase())) return `${name}=${value}`
  }
  for (const name of ['adkim', 'aspf']) {
    const value = tags.get(name)
    if (value !== undefined && !/^[rs]$/i.test(value)) return `${name}=${value}`
  }
  const pct = tags.get('pct')
  if (pct !== undefined && !(/^\d{1,3}$/.test(pct) && Number(pct) <= 100)) return `pct=${pct}`
  return null
}

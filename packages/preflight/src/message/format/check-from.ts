import type { Mailbox } from 'postal-mime'
import { found, type Finding } from '../../findings/finding.ts'
import { valueOf, type HeaderBlock } from '../header-block.ts'

/** Whether From names one author with an address. */
export function checkFrom(headers: HeaderBlock, from: readonly Mailbox[]): Finding[] {
  const value = valueOf(headers, 'from')
  const where = 'header From'
  if (value === undefined) return [found('from-missing', { where, evidence: 'not there' })]
  if (fromDomain(from) === null) return [found('from-missing', { where, evidence: value })]
  return []
}

/** The domain of the author in lower case; `null` without a usable address. */
export function fromDomain(from: readonly Mailbox[]): string | null {
  const [, domain] = /^[^\s@]+@([^\s@]+\.[^\s@]+)$/.exec(from[0]?.address ?? '') ?? []
  return domain?.toLowerCase().replace(/\.$/, '') ?? null
}

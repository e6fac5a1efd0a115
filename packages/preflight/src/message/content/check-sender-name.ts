import type { Mailbox } from 'postal-mime'
import { parse } from 'tldts'
import { found, type Finding } from '../../findings/finding.ts'
import { isSameOrganisation, organisation } from '../../organisation.ts'
import { fromDomain } from '../format/check-from.ts'
import type { Brand } from './brands.ts'
import { freeMail } from './known-hosts.ts'

/** The name in From against its domain, and where answers go. */
export function checkSenderName(
  from: readonly Mailbox[],
  replyTo: readonly Mailbox[],
  brands: readonly Brand[],
): Finding[] {
  const domain = fromDomain(from)
  if (domain === null) return []
  const name = (from[0]?.name ?? '').slice(0, 300)
  const findings: Finding[] = []
  const seen = { where: 'header From', evidence: `"${name}" <${from[0]?.address}>` }
  if (namesOtherDomain(name, domain)) findings.push(found('from-name-other-domain', seen))
  const brand = brands.find(({ names }) => names.some((one) => hasWords(name, one)))
  if (brand !== undefined && !brand.domains.includes(organisation(domain)))
    findings.push(found('from-name-brand', seen))
  const answers = fromDomain(replyTo)
  if (answers !== null && freeMail.has(answers) && !freeMail.has(domain))
    findings.push(
      found('reply-to-free-mail', { where: 'header Reply-To', evidence: replyTo[0]?.address ?? '' }),
    )
  return findings
}

function namesOtherDomain(name: string, domain: string): boolean {
  for (const [host] of name.matchAll(/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}/gi)) {
    const { isIcann } = parse(host)
    if (isIcann === true && !isSameOrganisation(host.toLowerCase(), domain)) return true
  }
  return false
}

/** Whole words, whatever stands between them. */
function hasWords(text: string, words: string): boolean {
  return ` ${plainWords(text)} `.includes(` ${words} `)
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Lookups } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { readTags } from '../tag-list.ts'

/** A DKIM key as DNS has it. */
export interface DkimKey {
  selector: string
  domain: string
  /** `null`: DNS gave no answer. */
  isUsable: boolean | null
  /** Of an RSA key. */
  bits: number | null
  findings: Finding[]
}

export async function checkDkimKey(lookups: Lookups, domain: string, selector: string): Promise<DkimKey> {
  const name = `${selector}._domainkey.${domain}`
  const where = `TXT ${name}`
  const key = { selector, domain, bits: null }
  const answer = await lookups.txt(name)
  if (answer.kind === 'no-answer') return { ...key, isUsable: null, findings: [] }
  const useless = (finding: Finding): DkimKey => ({ ...key, isUsable: false, findings: [finding] })
  const records =
    answer.kind === 'records' ? answer.records.filter((record) => /(?:^|;)\s*p\s*=/i.test(record)) : []
  const [record] = records
  if (record === undefined) return useless(found('dkim-no-key', { where, evidence: 'no such record' }))
  if (records.length > 1)
    return useless(found('dkim-key-invalid', { where, evidence: `${records.length} keys at one selector` }))
  return judge(record, where, key)
}

function judge(record: string, where: string, key: Pick<DkimKey, 'selector' | 'domain'>): DkimKey {
  const tags = readTags(record)
  const invalid = (evidence: string): DkimKey => ({
    ...key,
    bits: null,
    isUsable: false,
    findings: [found('dkim-key-invalid', { where, evidence })],
  })
  const bytes = (tags.get('p') ?? '').replace(/\s/g, '')
  if (bytes === '')
    return {
      ...key,
      bits: null,
      isUsable: false,
      findings: [found('dkim-key-revoked', { where, evidence: record })],
    }
  const version = tags.get('v')
  if (version !== undefined && version !== 'DKIM1') return invalid(`v=${version}`)
  const hashes = tags.get('h')
  if (hashes !== undefined && !/(?:^|:)\s*sha256\s*(?:$|:)/i.test(hashes))
    return invalid(`h=${hashes} leaves SHA-256 out`)
  const services = tags.get('s')
  if (services !== undefined && !/(?:^|:)\s*(?:\*|email)\s*(?:$|:)/i.test(services))
    return invalid(`s=${services} leaves mail out`)
  const type = (tags.get('k') ?? 'rsa').toLowerCase()
  const publicKey = readKey(bytes, type)
  if (publicKey === null) return invalid(`k=${type}; p=${bytes.slice(0, 40)}... is no such key`)
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? null
  const findings: Finding[] = []
  if (bits !== null && bits < 2048)
    findings.push(
      found(bits < 1024 ? 'dkim-key-short' : 'dkim-key-weak', { where, evidence: `${bits} bits` }),
    )
  if (/(?:^|:)\s*y\s*(?:$|:)/i.test(tags.get('t') ?? ''))
    findings.push(found('dkim-testing', { where, evidence: `t=${tags.get('t')}` }))
  return { ...key, bits, isUsable: bits === null || bits >= 1024, findings }
}

function readKey(base64: string, type: string): KeyObject | null {
  const der = Buffer.from(base64, 'base64')
  // RFC 8463 publishes the bare 32 bytes; RSA comes with its algorithm around it, or bare.
  const forms =
    type === 'ed25519'
      ? [
          {
            key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), der]),
            format: 'der',
            type: 'spki',
          } as const,
        ]
      : [
          { key: der, format: 'der', type: 'spki' } as const,
          { key: der, format: 'der', type: 'pkcs1' } as const,
        ]
  for (const form of forms) {
    try {
      const key = createPublicKey(form)
      if (key.asymmetricKeyType === type) return key
    } catch {
      // The next form, or none.
    }
  }
  return null
}

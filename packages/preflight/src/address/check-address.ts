import { domainToASCII } from 'node:url'
import type { Engine, Suppression } from '@icloud-delivery/engine'
import { isAppleDomain, isPrivateRelayDomain } from '@icloud-delivery/rules'
import { bySeverity, found, type Finding } from '../findings/finding.ts'
import { reason } from '../findings/reason.ts'
import { listed } from '../findings/shown.ts'
import { having } from '../options/check.ts'
import { checkOptions, type Shape } from '../options/check-options.ts'
import { wrong } from '../options/wrong.ts'
import { appleTypo } from './apple-typo.ts'

export interface AddressOptions {
  /** Asked whether the address is suppressed. Default: that is not looked at. */
  engine?: Pick<Engine, 'address'>
}

/**
 * `private-relay`: of Sign in with Apple. `hide-my-email`: at icloud.com, and made up as Hide My Email makes them up; that is a guess,
 * as such an address cannot be told from any other by its domain. `icloud`: any other at a domain of Apple's.
 */
export type AddressKind = 'private-relay' | 'hide-my-email' | 'icloud' | 'other'

export interface AddressReport {
  /** As it can be stored: without space around it, its domain in lower case and ASCII; `null` if it is none. */
  address: string | null
  kind: AddressKind
  /** What was probably meant; ask the person, and never change it by yourself. */
  didYouMean: string | null
  /** `null` if that was not looked at, or the ledger gave no answer. */
  suppressions: readonly Suppression[] | null
  findings: readonly Finding[]
}

const shape: Shape<AddressOptions> = {
  checks: { engine: having('an engine, as createEngine() makes it', 'address') },
}

/**
 * Checks an address that somebody typed into a form. No network but the engine's ledger.
 *
 * @throws PreflightError `EARGUMENT`
 */
export async function checkAddress(input: string, options: AddressOptions = {}): Promise<AddressReport> {
  if (typeof input !== 'string') wrong('checkAddress: the address', 'the text that was typed', input)
  checkOptions('checkAddress', options, shape)
  const { engine } = options
  const text = input.trim()
  const where = 'address'
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const domain = at === -1 ? '' : readDomain(text.slice(at + 1))
  const isLocal =
    local.length <= 64 &&
    /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"(?:[^"\\\r\n]|\\[^\r\n])+")$/u.test(local)
  const meant = at === -1 || !isLocal || text.length > 254 ? null : appleTypo(text.slice(at + 1))
  const didYouMean = meant === null ? null : `${local}@${meant}`
  const findings: Finding[] = []
  if (didYouMean !== null)
    findings.push(found('address-typo', { where, evidence: `${text}: ${didYouMean}?` }))
  if (domain === '' || !isLocal || text.length > 254) {
    findings.push(found('address-syntax', { where, evidence: text }))
    return { address: null, kind: 'other', didYouMean, suppressions: null, findings: bySeverity(findings) }
  }
  const address = `${local}@${domain}`
  const kind = kindOf(local, domain)
  if (kind === 'private-relay') findings.push(found('address-private-relay', { where, evidence: address }))
  if (kind === 'hide-my-email') findings.push(found('address-hide-my-email', { where, evidence: address }))
  const suppressions = engine === undefined ? null : await suppressionsOf(address, engine, findings)
  return { address, kind, didYouMean, suppressions, findings: bySeverity(findings) }
}

/** Empty if it is no domain that mail could go to. */
function readDomain(text: string): string {
  const ascii = domainToASCII(text).toLowerCase()
  return /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}$/.test(ascii)
    ? ascii
    : ''
}

function kindOf(local: string, domain: string): AddressKind {
  if (isPrivateRelayDomain(domain)) return 'private-relay'
  if (!isAppleDomain(domain)) return 'other'
  // Two words and a code, such as lamps-wiggle0w or 0p_tablet.pliers.
  const isMadeUp = /^(?:[a-z]{3,}[._-][a-z]{3,}[._-]?\d[a-z]|\d[a-z][._-][a-z]{3,}[._-][a-z]{3,})$/.test(
    local.toLowerCase(),
  )
  return domain === 'icloud.com' && isMadeUp ? 'hide-my-email' : 'icloud'
}

async function suppressionsOf(
  address: string,
  engine: Pick<Engine, 'address'>,
  findings: Finding[],
): Promise<readonly Suppression[] | null> {
  const where = 'ledger'
  try {
    const { suppressions } = await engine.address(address)
    if (suppressions.length > 0) {
      const evidence = listed(suppressions.map(({ origin, rule }) => rule ?? origin))
      findings.push(found('address-suppressed', { where, evidence }))
    }
    return suppressions
  } catch (error) {
    findings.push(found('address-ledger-no-answer', { where, evidence: reason(error) }))
    return null
  }
}

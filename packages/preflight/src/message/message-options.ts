import type { DnsOptions } from '../dns/resolver.ts'
import type { Signer } from './auth/check-signatures.ts'
import type { Brand } from './content/brands.ts'
import type { DomainAge } from './content/check-domain-age.ts'
import type { Scanner } from './scanners/scanner.ts'

export interface MessageOptions extends DnsOptions {
  /** The IP that will send it: SPF and the alignment are predicted for it. Default: SPF is not looked at. */
  ip?: string
  /** The envelope sender or its domain. Default: Return-Path of the message, else From. */
  returnPath?: string
  /** The signers that a later hop applies; their keys are looked up instead of signatures. Default: none. */
  willSign?: readonly Signer[]
  /** False: no question goes to DNS, so signatures, SPF and DMARC are not looked at. Default: true. */
  authentication?: boolean
  /** Whether it is bulk mail. Default: as the headers look (List-Unsubscribe, List-Id, Precedence and the like). */
  bulk?: boolean
  /** Brands to be on guard for, on top of the well-known ones: your own, and those that you write for. */
  brands?: readonly Brand[]
  /** `linkHosts` of the report on the last send; domains that are new are a finding. Default: not looked at. */
  previousLinkHosts?: readonly string[]
  /** Tells the age of domains; those younger than 30 days are a finding. Default: not looked at. */
  domainAge?: DomainAge
  /** They get the whole message. Default: none. */
  scanners?: readonly Scanner[]
  /** ms since the epoch. Default: `Date.now`. */
  clock?: () => number
}

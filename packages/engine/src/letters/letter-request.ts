import { isIP } from 'node:net'
import { rules } from '@icloud-delivery/rules'
import { domainOf } from '../address.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { Clock, Engine } from '../engine.ts'
import { EngineError, found } from '../errors.ts'
import { onlyOptions } from '../only-options.ts'
import { spanOf, timeOf, type Time, type TimeSpan } from '../operator/time-span.ts'
import { argument } from '../subject.ts'

/** What a letter is written from: an engine. */
export type LetterSource = Pick<Engine, 'ledger' | 'holds' | 'rates'>

/** What all letters ask of who sends them. Texts may have several paragraphs, with an empty line between. */
export interface LetterRequest {
  /** Who writes: 1 to 200 characters. */
  company: string
  /** The domain that the mail comes from. */
  domain: string
  /** The IPs of the servers that talk to Apple, 1 to 50. */
  ips: readonly string[]
  /** Who signs, such as a name and an address: at most 200 characters. Default: the company. */
  contact?: string
  /** Replies that came then or later: ms since the epoch, or a date. Default: `startedAt`, else of the last 7 days. */
  since?: Time
  /** Replies that came before. Default: all. */
  until?: Time
  /** When the trouble began. Default: the first of those replies. */
  startedAt?: Time
  /** Only replies of these rules. Default: see each letter. */
  rules?: readonly string[]
  /** `shown`: recipients are named, as the receiver may need it to find a mail. Default `redacted`: no address is. */
  recipients?: 'redacted' | 'shown'
  /** ms since the epoch. Default `Date.now`. */
  clock?: Clock
}

/** A {@link LetterRequest} that was looked at. */
export interface CheckedRequest {
  call: string
  company: string
  domain: string
  ips: readonly string[]
  contact: string
  span: TimeSpan
  startedAt: number | null
  rules: ReadonlySet<string>
  areShown: boolean
  now: number
}

const names: readonly string[] = [
  'company',
  'domain',
  'ips',
  'contact',
  'since',
  'until',
  'startedAt',
  'rules',
  'recipients',
  'clock',
] satisfies (keyof LetterRequest)[]

const mostIps = 50
const longestName = 200
const longestText = 5000
const weekMs = 7 * 86_400_000

/** Throws `EARGUMENT` for what cannot be right. `texts` are the options that only this letter has. */
export function checkedRequest(
  call: string,
  request: LetterRequest,
  texts: readonly string[],
  usual: readonly string[],
): CheckedRequest {
  if (typeof request !== 'object' || request === null)
    throw argument(call, 'the request', 'an object', request)
  onlyOptions(call, request, [...names, ...texts])
  const { ips, recipients = 'redacted', clock = Date.now } = request
  const company = textOf(call, 'company', request.company, longestName)
  const domain =
    typeof request.domain === 'string' && !request.domain.includes('@') && request.domain.length <= 253
      ? domainOf(`postmaster@${request.domain}`)
      : null
  if (!domain?.includes('.') || !/^[\p{L}\p{N}.-]+$/u.test(domain))
    throw argument(call, 'domain', 'a domain such as example.com', request.domain)
  if (!Array.isArray(ips) || ips.length < 1 || ips.length > mostIps)
    throw argument(call, 'ips', `a list of 1 to ${mostIps} IP addresses`, ips)
  for (const ip of ips as unknown[])
    // A zone, as in fe80::1%eth0, is nobody's to know.
    if (typeof ip !== 'string' || isIP(ip) === 0 || ip.includes('%'))
      throw argument(call, 'ips', 'IP addresses', ip)
  if (recipients !== 'redacted' && recipients !== 'shown')
    throw argument(call, 'recipients', "'redacted' or 'shown'", recipients)
  if (typeof clock !== 'function') throw argument(call, 'clock', 'a function', clock)
  const now = clock()
  const startedAt = request.startedAt === undefined ? null : timeOf(call, 'startedAt', request.startedAt)
  const { until, since = startedAt ?? now - weekMs } = request
  return {
    call,
    company,
    domain,
    ips: [...new Set(ips)],
    contact: request.contact === undefined ? company : textOf(call, 'contact', request.contact, longestName),
    span: spanOf(call, until === undefined ? { since } : { since, until }),
    startedAt,
    rules: new Set(request.rules === undefined ? usual : checkedRules(call, request.rules)),
    areShown: recipients === 'shown',
    now,
  }
}

/** A text that has to be there; throws `EARGUMENT`. */
export function textOf(call: string, option: string, text: unknown, longest: number = longestText): string {
  if (typeof text !== 'string' || text.trim() === '') throw argument(call, option, 'a text', text)
  if (text.length <= longest) return text.trim()
  throw argument(call, option, `at most ${longest} characters`, `${text.length} characters`)
}

function checkedRules(call: string, given: unknown): readonly string[] {
  if (!Array.isArray(given) || given.length === 0)
    throw argument(call, 'rules', 'a list of the ids of rules', given)
  const known = rules.map(({ id }) => id)
  for (const id of given as unknown[]) {
    if (typeof id === 'string' && known.includes(id)) continue
    const meant = typeof id === 'string' ? didYouMean(id, known) : ''
    throw new EngineError('EARGUMENT', `${call}: there is no rule ${found(id)}${meant}`)
  }
  return given as string[]
}

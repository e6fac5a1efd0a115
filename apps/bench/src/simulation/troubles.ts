import type { SendingDomain } from './sender.ts'
import { day, hour, minute } from './time.ts'

/** A while. */
export interface Span {
  /** Days after the beginning. */
  day: number
  /** Seconds after midnight. */
  at: number
  /** Seconds. */
  lasts: number
}

/** The second at which it begins. */
export function startOf(span: Span): number {
  return span.day * day + span.at
}

/** The first second after it. */
export function endOf(span: Span): number {
  return startOf(span) + span.lasts
}

export function isOn(span: Span, second: number): boolean {
  return startOf(span) <= second && second < endOf(span)
}

/** Something is wrong for a while, and Apple says so. */
export interface Trouble extends Span {
  rule: string
  /** How many of the messages that it concerns meet it. */
  share: number
  /** Whom it concerns; everybody if nothing is said. */
  lane?: number
  domain?: SendingDomain
  stream?: 'marketing' | 'transactional'
  /** Recipients: those of the private relay, or those in the lost half of the directory. */
  only?: 'relay' | 'lost-half'
}

/**
 * Half of the directory is gone, as on 2021-04-26: half of the time Apple says so, and half of the time that a mailbox that is
 * well does not exist.
 */
export const directoryIncident: Span = { day: 12, at: 10 * hour, lasts: 4 * hour }
/** Everything is refused, from the middle of a minute on: most of that minute tells nothing. */
export const policyIncident: Span = { day: 20, at: 9 * hour + 40, lasts: 5 * hour }
/** One lane is on Proofpoint's list. */
export const blockedIp: Span & { lane: number } = { day: 16, at: 10 * hour, lasts: 36 * hour, lane: 1 }

/** What one is told before the recipient is looked at. */
export const early: readonly Trouble[] = [
  { rule: 'proofpoint-block', ...blockedIp, share: 1 },
  { rule: 'spamhaus-block', day: 7, at: 13 * hour, lasts: 5 * hour, share: 1, lane: 2 },
  { rule: 'ip-rejected', day: 25, at: 11 * hour, lasts: 2 * hour, share: 1, lane: 0 },
  { rule: 'not-accepting-connections', day: 2, at: 9 * hour, lasts: 20 * minute, share: 0.3, lane: 0 },
  { rule: 'service-unavailable', day: 3, at: 18 * hour, lasts: 25 * minute, share: 0.4 },
  { rule: 'temporary-error', day: 9, at: 12 * hour, lasts: 15 * minute, share: 0.3 },
  { rule: 'ip-deferred', day: 10, at: 8 * hour, lasts: 2 * hour, share: 0.2, lane: 2 },
  { rule: 'too-many-errors', day: 14, at: 10 * hour, lasts: 10 * minute, share: 0.5, lane: 1 },
  { rule: 'helo-not-found', day: 6, at: 14 * hour, lasts: 40 * minute, share: 1, lane: 0 },
  {
    rule: 'sender-domain-not-found',
    day: 8,
    at: 9 * hour,
    lasts: 2 * hour,
    share: 0.7,
    domain: 'shop.example.com',
  },
  { rule: 'rate-limited', day: 18, at: 12 * hour, lasts: 3 * hour, share: 0.1 },
  {
    rule: 'private-relay-unregistered-sender',
    day: 5,
    at: 6 * hour,
    lasts: 30 * hour,
    share: 1,
    domain: 'club.example.com',
    only: 'relay',
  },
  { rule: 'invalid-recipient', ...directoryIncident, share: 0.5, only: 'lost-half' },
  { rule: 'directory-outage', ...directoryIncident, share: 1, only: 'lost-half' },
]

/** What one is told after the whole message was sent. */
export const late: readonly Trouble[] = [
  { rule: 'policy-hm08', ...policyIncident, share: 1 },
  {
    rule: 'authentication-failure',
    day: 4,
    at: 12 * hour,
    lasts: 3 * hour,
    share: 0.6,
    domain: 'news.example.org',
  },
  { rule: 'dmarc-failure', day: 11, at: 17 * hour, lasts: hour, share: 1, domain: 'club.example.com' },
  campaign('policy-cs01', 13, 0.3, 'shop.example.com', 8),
  campaign('policy-cs02', 15, 0.9, 'news.example.org', 12),
  campaign('policy-cs03', 19, 0.9, 'club.example.com', 17),
  campaign('policy-hm07', 22, 0.2, 'shop.example.com', 8),
  campaign('local-policy', 23, 0.3, 'news.example.org', 12),
  campaign('spamhaus-dbl', 26, 0.9, 'club.example.com', 17),
]

/** The share of attempts that meet a rule on an ordinary day, for no reason that lasts. */
export const trickle: readonly (readonly [rule: string, share: number])[] = [
  ['rate-limited', 0.004],
  ['service-unavailable', 0.00004],
  ['temporary-error', 0.00004],
  ['ip-deferred', 0.00002],
  ['not-accepting-connections', 0.00001],
  ['too-many-errors', 0.00001],
  ['pipelining-fallout', 0.00001],
  ['unknown-temporary', 0.00002],
  ['no-reply', 0.00005],
]

/** The same after the whole message was sent. */
export const lateTrickle: readonly (readonly [rule: string, share: number])[] = [
  ['policy-cs01', 0.00002],
  ['policy-cs02', 0.000004],
  ['policy-cs03', 0.000004],
  ['policy-hm07', 0.00001],
  ['policy-hm08', 0.00001],
  ['local-policy', 0.00001],
  ['spamhaus-dbl', 0.000002],
  ['authentication-failure', 0.00001],
  ['dmarc-failure', 0.00002],
  ['unknown-permanent', 0.00004],
]

/** The share of the mail to the private relay that it cannot transform. */
export const transformationFailures = 0.0005

/** A campaign of one sending domain that Apple takes for what it does not want. */
function campaign(
  rule: string,
  dayNumber: number,
  share: number,
  domain: SendingDomain,
  hours: number,
): Trouble {
  return { rule, day: dayNumber, at: hours * hour, lasts: 4 * hour, share, domain, stream: 'marketing' }
}

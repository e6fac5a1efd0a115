import type { Disposition, Verdict } from '@icloud-delivery/rules'
import type { CampaignHoldPolicy, HoldPolicy } from './hold-policy.ts'
import { defaultIncidents, type IncidentPolicy } from '../incidents/incident-policy.ts'
import type { PausePolicy, QuarantinePolicy, SlowLanePolicy, SuppressPolicy } from './recipient-policy.ts'
import { allLanes, defaultLane, type LanesPolicy } from '../lanes/lane-policy.ts'
import { defaultSignals, type SignalsPolicy } from '../signals/signals-policy.ts'

/** Full hours are when everybody sends: a retry that would fall on one is moved. */
export interface TopOfHourPolicy {
  /** Seconds of an hour at whose begin no retry falls, 0 to a quarter of `hourSeconds`; 0: off. Default 300. */
  avoidSeconds: number
  /** Seconds that an "hour" of the clock has, for demos. Default 3,600. */
  hourSeconds: number
}

/** What is done about the replies of one rule. */
export interface RulePolicy {
  /** Seconds to wait before the 2nd, 3rd, ... try. Each wait is lengthened by up to `jitter`. */
  waitsSeconds?: readonly number[]
  /** After the last wait: `repeat` it until the message expires, or end as a `soft-bounce`. Default `repeat`. */
  afterWaits?: 'repeat' | 'soft-bounce'
  /** Other mail to this recipient waits as well. Default false. */
  slowsRecipient?: boolean
  /** Slows the lane down too, from so many recipients on. */
  slowLane?: SlowLanePolicy | null
  suppress?: SuppressPolicy | null
  /** For a rule that suppresses at once: who accepted mail lately has to be refused twice. */
  quarantine?: QuarantinePolicy | null
  /** For a rule whose failures are counted: when some streams pause. */
  pause?: PausePolicy | null
  /** The same for a domain: failures of any of its recipients raise an alert, and suppress nobody. */
  alertDomain?: SuppressPolicy | null
  hold?: HoldPolicy | null
  /** One reply holds the rest of its campaign; without a campaign the rest of its message. Default `null`: it goes on. */
  campaign?: CampaignHoldPolicy | null
  /** Each reply halves what the lane gives. Default false. */
  slowsLane?: boolean
}

/** The key in {@link Policy.rules} for a host that could not be reached or went away: there is no rule, as there is no reply. */
export const noReply = 'no-reply'

/** Every number that the engine decides by. Times are in seconds, so that a test can run a week in a minute. */
export interface Policy {
  /** A message this many seconds old fails (5.4.7), per stream; `*` for all others. */
  maxAgeSeconds: Readonly<Record<string, number>>
  /** Share of a wait that is added to it at random, 0 to 1. */
  jitter: number
  /** When no retry falls. */
  topOfHour: TopOfHourPolicy
  /** When to ask again for mail held because the ledger is out of reach, in seconds. */
  ledgerRetrySeconds: number
  /**
   * Your From domains, subdomains included. Only for these do replies about authentication close anything: what you forward
   * for others is refused for their faults. `null`, the default: the From domain, or the domain that the reply names if it
   * names one, has to be the envelope sender's, a part of it, or the one that it is a part of.
   */
  ownDomains: readonly string[] | null
  /**
   * Without a sign of life of the process for so many seconds, a probe that it let through is lost and the next may go. 1
   * to 3,600, default 30. No matter of mail: `scalePolicy` leaves it as it is.
   */
  probeLeaseSeconds: number
  /** Rates, alerts about changes, engagement. */
  signals: SignalsPolicy
  /** Connections, rate, order and warm-up, by lane; `*` for all others. */
  lanes: LanesPolicy
  /** Noticing that Apple itself is broken. */
  incidents: IncidentPolicy
  /** Per rule id, and `no-reply`; `spamhaus-block:PBL` is the Spamhaus rule where the reply names the PBL. */
  rules: Readonly<Record<string, RulePolicy>>
  /** For a rule that is not in `rules`. */
  otherwise: Readonly<Record<Disposition, RulePolicy>>
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const doubling15 = [15 * minute, 30 * minute, hour, 2 * hour, 4 * hour]
const doubling30 = [30 * minute, hour, 2 * hour, 4 * hour]

const blockedIp: HoldPolicy = {
  scope: 'sending-ip',
  count: 1,
  windowSeconds: hour,
  forSeconds: hour,
  probeEverySeconds: hour,
}
/** What worked a month ago and is said to have never existed may be Apple's trouble. */
const quarantine: QuarantinePolicy = { acceptedWithinSeconds: 30 * day, quarantineSeconds: 48 * hour }
/** Apple is busy or out of order: the lane rests, and goes on by itself. */
const pausedLane: HoldPolicy = {
  scope: 'sending-ip',
  family: 'temporary',
  count: 5,
  windowSeconds: hour,
  forSeconds: 15 * minute,
  probeEverySeconds: null,
}
const temporary: RulePolicy = { waitsSeconds: doubling15, hold: pausedLane }

function heldStream(count: number, share: number, more: Partial<HoldPolicy> = {}): HoldPolicy {
  return {
    scope: 'stream',
    count,
    windowSeconds: 10 * minute,
    share,
    forSeconds: hour,
    probeEverySeconds: hour,
    ...more,
  }
}

/** The mail looks bad by itself: it may be one customer's campaign, and nobody else's. */
const badContent: RulePolicy = {
  campaign: { forSeconds: hour, probeEverySeconds: hour },
  hold: heldStream(3, 0.01, { distinct: 'campaign-or-sender' }),
}
const badPolicy: RulePolicy = { hold: heldStream(5, 0.1) }

const unauthenticated: RulePolicy = {
  hold: {
    scope: 'sending-domain',
    perStream: true,
    family: 'authentication',
    count: 3,
    windowSeconds: 10 * minute,
    share: 0.2,
    forSeconds: hour,
    probeEverySeconds: hour,
  },
}

/** One such reply may be about a relay address of another app; if nobody at the relay can be reached, it is the sender. */
const unregistered: RulePolicy = {
  hold: {
    scope: 'private-relay',
    family: 'registration',
    count: 3,
    windowSeconds: day,
    distinct: 'recipient',
    inARow: true,
    forSeconds: hour,
    probeEverySeconds: hour,
  },
}

/**
 * The defaults. A rule that is absent needs nothing beyond its disposition.
 *
 * The numbers are this project's judgement; Apple publishes no limits (https://support.apple.com/en-us/102322).
 */
export const defaultPolicy: Policy = {
  maxAgeSeconds: { '*': 120 * hour, marketing: 48 * hour },
  jitter: 0.2,
  topOfHour: { avoidSeconds: 5 * minute, hourSeconds: hour },
  ledgerRetrySeconds: minute,
  ownDomains: null,
  probeLeaseSeconds: 30,
  signals: defaultSignals,
  lanes: { [allLanes]: defaultLane },
  incidents: defaultIncidents,
  rules: {
    'rate-limited': {
      waitsSeconds: doubling30,
      slowsRecipient: true,
      slowLane: { recipients: 5, windowSeconds: 10 * minute },
    },
    'mailbox-full': {
      waitsSeconds: [4 * hour, 12 * hour, day, day],
      afterWaits: 'soft-bounce',
      pause: { streams: ['marketing'], afterSeconds: 14 * day, everySeconds: 14 * day },
    },
    'inactive-account': { suppress: { failures: 4, apartSeconds: day, overSeconds: 28 * day } },
    'invalid-recipient': { quarantine },
    'relay-access-denied': { alertDomain: { failures: 4, apartSeconds: day, overSeconds: 28 * day } },

    'ip-deferred': temporary,
    'service-unavailable': temporary,
    'temporary-error': temporary,
    'too-many-errors': temporary,
    'not-accepting-connections': temporary,
    'pipelining-fallout': temporary,
    'unknown-temporary': temporary,
    [noReply]: temporary,
    'directory-outage': { waitsSeconds: doubling15 },

    'sender-domain-not-found': {
      waitsSeconds: doubling30,
      hold: {
        scope: 'sending-domain',
        count: 3,
        windowSeconds: 10 * minute,
        forSeconds: 30 * minute,
        probeEverySeconds: 30 * minute,
      },
    },
    'helo-not-found': {
      waitsSeconds: doubling30,
      hold: {
        scope: 'sending-ip',
        count: 3,
        windowSeconds: 10 * minute,
        forSeconds: 30 * minute,
        probeEverySeconds: 30 * minute,
      },
    },

    'authentication-failure': unauthenticated,
    'dmarc-failure': unauthenticated,

    'private-relay-unregistered-sender': unregistered,
    'private-relay-transformation': unregistered,

    'policy-hm08': {
      slowsLane: true,
      hold: heldStream(3, 0.01, { forSeconds: 6 * hour, engagedOnlySeconds: 7 * day }),
    },
    'policy-cs01': badPolicy,
    'policy-hm07': badPolicy,
    'local-policy': badPolicy,
    'policy-cs02': badContent,
    'policy-cs03': badContent,
    'spamhaus-dbl': badContent,

    'proofpoint-block': { hold: blockedIp },
    'ip-rejected': { hold: blockedIp },
    'spamhaus-block': { hold: blockedIp },
    // The PBL lists addresses that should not talk to an MX at all: trying again changes nothing.
    'spamhaus-block:PBL': { hold: { ...blockedIp, forSeconds: 7 * day, probeEverySeconds: null } },
  },
  otherwise: {
    retry: { waitsSeconds: doubling15 },
    hold: { hold: blockedIp },
    'soft-bounce': {},
    suppress: { quarantine },
    fail: {},
  },
}

/** The policy of a rule; for a rule that the policy does not name, that of its disposition. */
export function rulePolicyOf(policy: Policy, verdict: Verdict, rule: string): RulePolicy {
  // Only this rule looks at the evidence: it is read out of the text when first asked for.
  const key = rule === 'spamhaus-block' && verdict.evidence.list === 'PBL' ? 'spamhaus-block:PBL' : rule
  if (Object.hasOwn(policy.rules, key)) return policy.rules[key] ?? {}
  return policy.otherwise[verdict.disposition]
}

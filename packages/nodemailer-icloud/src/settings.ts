import { checkOptions } from './check-options.ts'
import { EngineSource } from './engine-source.ts'
import { LaneGate } from './lane-gate.ts'
import { MxLookup } from './mx-lookup.ts'
import type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
import type { IcloudOptions, NameOf } from './options.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { OnOutcome } from './outbox/worker/report.ts'
import { findPeer, type Peer } from './peer.ts'
import { preflightOf, type Preflight } from './preflight.ts'
import { returnPathsOf, type ReturnPaths } from './return-path.ts'
import type { Sharing } from './run-job.ts'
import { systemTimers, type Timers } from './timers.ts'
import type { OnUndelivered } from './undelivered.ts'
import { otherWays, type Way } from './ways.ts'

/** The options of one transport, checked and filled up. */
export interface Settings {
  engines: EngineSource
  peer: Peer
  streamOf: (mail: MailLike) => string
  campaignOf: (mail: MailLike) => string | undefined
  submitterOf: (mail: MailLike) => string | undefined
  onUndelivered: OnUndelivered | null
  /** `null` without one, and for a transport that only shows the mail. */
  outbox: Outbox | null
  onOutcome: OnOutcome | null
  /** `null`: mail goes as it is. */
  preflight: Preflight | null
  /** `null`: each mail has its own. */
  returnPaths: ReturnPaths | null
  /** By stream, and `*` for the others: how old a message in the outbox may become. */
  maxAgeSeconds: Readonly<Record<string, number>>
  lane: string
  laneWaitMs: number
  sender: string | undefined
  budgetMs: number
  maxAttempts: number
  retryAmbiguous: boolean
  sharing: Sharing
  /** The transport delivers nothing: it only shows the mail. */
  local: boolean
  /** The transport takes recipients and content from `mail.data`, as those for web APIs do. */
  readsData: boolean
  lookup: MxLookup | null
  /** On a direct hop, for the transactions with Apple of all mails; else `null`. */
  gate: LaneGate | null
  /** By lane. */
  otherWays: ReadonlyMap<string, Way>
  clock: () => number
  timers: Timers
}

const showsOnly: ReadonlySet<string> = new Set(['JSONTransport', 'StreamTransport'])
const readsMime: ReadonlySet<string> = new Set([
  'SMTP',
  'SMTP (pool)',
  'SESTransport',
  'Sendmail',
  'StreamTransport',
])

/** @throws Error `ECONFIG` */
export function settingsOf(inner: InnerTransport, options: IcloudOptions): Settings {
  checkOptions(options)
  const { hop = 'auto', stream = 'transactional', lane = 'default', sender, retry = {} } = options
  const { clock = Date.now, timers = systemTimers, resolveMx, testing, laneWaitMs = 600_000 } = options
  const { budgetMs = 20_000, maxAttempts = 5 } = retry
  const local = showsOnly.has(inner.name)
  const peer = findPeer(inner, local ? 'relay' : hop, testing?.appleMx ?? [])
  const readsData = !readsMime.has(inner.name)
  const sharing = local ? 'whole' : (options.onePerTransaction ?? true) ? 'apart' : 'by-host'
  const lookup = local || resolveMx === false ? null : new MxLookup(resolveMx, clock, timers)
  const streamOf = perMail(stream)
  const engines = new EngineSource(options, lookup)
  return {
    engines,
    peer,
    streamOf: (mail) => streamOf(mail) ?? 'transactional',
    campaignOf: perMail(options.campaign),
    submitterOf: perMail(options.submitter),
    onUndelivered: options.onUndelivered ?? null,
    outbox: local ? null : (options.outbox ?? null),
    onOutcome: options.onOutcome ?? null,
    preflight: preflightOf(options.preflight),
    returnPaths: local
      ? null
      : returnPathsOf(options.returnPath, inner, sharing === 'by-host', clock, sender),
    // That of an engine of the user's own too, and as it stands now.
    get maxAgeSeconds() {
      return engines.get().policy.maxAgeSeconds
    },
    lane,
    laneWaitMs,
    sender,
    budgetMs,
    maxAttempts,
    retryAmbiguous: options.retryAmbiguous ?? options.outbox !== undefined,
    sharing,
    local,
    readsData,
    gate: peer.hop === 'direct' ? new LaneGate(inner, clock) : null,
    otherWays: otherWays(options, peer, clock),
    lookup,
    clock,
    timers,
  }
}

function perMail(name: NameOf | undefined): (mail: MailLike) => string | undefined {
  return typeof name === 'function' ? name : () => name
}

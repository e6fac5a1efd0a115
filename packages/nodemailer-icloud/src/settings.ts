import { configError } from './config-error.ts'
import { EngineSource } from './engine-source.ts'
import { MxLookup } from './mx-lookup.ts'
import type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import { findPeer, type Peer } from './peer.ts'
import type { Sharing } from './run-job.ts'
import { systemTimers, type Timers } from './timers.ts'

/** The options of one transport, checked and filled up. */
export interface Settings {
  engines: EngineSource
  peer: Peer
  streamOf: (mail: MailLike) => string
  lane: string
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
  const { hop = 'auto', stream = 'transactional', lane = 'default', sender, retry = {} } = options
  const { clock = Date.now, timers = systemTimers, resolveMx, testing } = options
  if (!['auto', 'relay', 'direct'].includes(hop)) throw configError('hop', '"relay", "direct" or "auto"', hop)
  if (options.engine && (options.ledger !== undefined || options.policy)) {
    throw configError('engine', 'no ledger and no policy beside it, for it has its own', 'both')
  }
  const { budgetMs = 20_000, maxAttempts = 5 } = retry
  if (!(budgetMs >= 0)) throw configError('retry.budgetMs', 'milliseconds, 0 or more', budgetMs)
  if (!(maxAttempts >= 1)) throw configError('retry.maxAttempts', 'a number, 1 or more', maxAttempts)
  const local = showsOnly.has(inner.name)
  return {
    engines: new EngineSource(options),
    peer: findPeer(inner, hop, testing?.appleMx ?? []),
    streamOf: typeof stream === 'function' ? (mail) => stream(mail) ?? 'transactional' : () => stream,
    lane,
    sender,
    budgetMs,
    maxAttempts,
    retryAmbiguous: options.retryAmbiguous ?? false,
    sharing: local ? 'whole' : (options.onePerTransaction ?? true) ? 'apart' : 'by-host',
    local,
    readsData: !readsMime.has(inner.name),
    lookup: local || resolveMx === false ? null : new MxLookup(resolveMx, clock, timers),
    clock,
    timers,
  }
}

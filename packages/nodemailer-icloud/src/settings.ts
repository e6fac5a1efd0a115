import { appleSlotsFor } from './apple-slots.ts'
import { checkOptions } from './check-options.ts'
import { EngineSource } from './engine-source.ts'
import { MxLookup } from './mx-lookup.ts'
import type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import { findPeer, type Peer } from './peer.ts'
import type { Sharing } from './run-job.ts'
import type { Slots } from './slots.ts'
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
  /** On a direct hop, for the transactions with Apple of all mails; else `null`. */
  appleSlots: Slots | null
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
  const { clock = Date.now, timers = systemTimers, resolveMx, testing } = options
  const { budgetMs = 20_000, maxAttempts = 5 } = retry
  const local = showsOnly.has(inner.name)
  const peer = findPeer(inner, local ? 'relay' : hop, testing?.appleMx ?? [])
  return {
    engines: new EngineSource(options),
    peer,
    streamOf: typeof stream === 'function' ? (mail) => stream(mail) ?? 'transactional' : () => stream,
    lane,
    sender,
    budgetMs,
    maxAttempts,
    retryAmbiguous: options.retryAmbiguous ?? false,
    sharing: local ? 'whole' : (options.onePerTransaction ?? true) ? 'apart' : 'by-host',
    local,
    readsData: !readsMime.has(inner.name),
    appleSlots: peer.hop === 'direct' ? appleSlotsFor(inner) : null,
    lookup: local || resolveMx === false ? null : new MxLookup(resolveMx, clock, timers),
    clock,
    timers,
  }
}

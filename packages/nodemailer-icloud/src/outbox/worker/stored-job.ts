import type { Gate } from '../../gate.ts'
import type { Host } from '../../host.ts'
import type { Job, Recipient } from '../../job.ts'
import type { OutboxEntry } from '../entry.ts'
import { readableOf, type StoredMail } from '../stored-mail.ts'

/** How long a message that is claimed may wait for its turn in the lane, ms; then it goes back for a while. */
const laneWaitMs = 60_000

/** A stored message as a job of which each try is one of its own. `closing` ends the wait for a turn. */
export function storedJob(
  { host, gate, closing }: { host: Host; gate: Gate; closing: AbortSignal },
  entry: OutboxEntry,
  { mail, bytes, data }: StoredMail,
): Job {
  const { settings, inner, isClosed, warn } = host
  const {
    envelope,
    data: _data,
    hasData: _hasData,
    recipients,
    expired: _expired,
    untold: _untold,
    hookFailures: _,
    ...route
  } = entry
  const sent = { ...route, hop: settings.peer.hop, lane: settings.lane }
  const returnPaths = envelope.from ? settings.returnPaths : null
  const now = settings.clock()
  return {
    inner,
    engine: settings.engines.get(),
    peer: settings.peer,
    mail,
    envelope: { ...envelope, to: recipients.map(({ address }) => address) },
    messageId: entry.messageId,
    route: returnPaths?.onRoute(sent) ?? sent,
    recipients: recipients.map(asApple),
    open: () => readableOf(bytes),
    dispose: async () => {},
    data: settings.readsData ? data : null,
    deadline: now,
    laneDeadline: Math.min(now + laneWaitMs, entry.deliverBy ?? Infinity),
    deliverBy: entry.deliverBy ?? null,
    maxAttempts: 1,
    outbox: null,
    retryAmbiguous: settings.retryAmbiguous,
    clock: settings.clock,
    timers: settings.timers,
    signal: closing,
    gate,
    otherWays: settings.otherWays,
    returnPaths,
    ownHooks: null,
    findings: null,
    isRefused: false,
    isClosed,
    warn,
  }
}

/** Only Apple's recipients get into an outbox. Whether they may go is asked right before each try. */
export function asApple({ address }: { address: string }): Recipient {
  return { address, apple: true, admission: null }
}

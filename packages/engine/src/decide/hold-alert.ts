import type { Closing } from './closing.ts'
import type { Alert, AlertKind } from '../signals/alert.ts'
import type { Trouble } from './refusal.ts'
import { keptReply } from './reply-suppression.ts'
import { spanWords } from '../span-words.ts'
import type { Recent } from '../state/state.ts'

const longestUrl = 1000

/** That a scope was closed, with the numbers behind it. Pure. */
export function holdAlert(
  closing: Closing,
  trouble: Trouble,
  { count, recent }: { count: number; recent: Recent | undefined },
  now: number,
): Alert {
  const { rule } = trouble
  const numbers: Record<string, number> = { count }
  if (recent !== undefined) {
    numbers.count = Math.max(count, recent.refused + 1)
    numbers.attempts = recent.attempts + 1
    numbers.percent = Math.round((1000 * (recent.refused + 1)) / (recent.attempts + 1)) / 10
  }
  const kind = kindOf(closing, trouble)
  return {
    ...alertOf(kind, closing, trouble, now),
    message: sentences(kind, closing, rule, numbers),
    numbers,
  }
}

/** That the private relay does not know the sender. Pure. */
export function unregisteredAlert(closing: Closing, trouble: Trouble, now: number): Alert {
  const message =
    `${trouble.rule}: Apple's private relay refuses mail from ${closing.ref.id}; register the From domain and the envelope ` +
    'domain for Sign in with Apple in the developer account. Mail to other recipients goes on.'
  return { ...alertOf('not-registered', closing, trouble, now), message, numbers: { count: 1 } }
}

function alertOf(
  kind: AlertKind,
  { ref }: Closing,
  { rule, says }: Trouble,
  now: number,
): Omit<Alert, 'message' | 'numbers'> {
  return {
    kind,
    at: now,
    subject: `${ref.scope}/${ref.id}`,
    rule,
    url: says.evidence.url?.slice(0, longestUrl) ?? null,
    reply: says.text === '' ? null : keptReply(says.text),
  }
}

function kindOf({ kind }: Closing, { says }: Trouble): AlertKind {
  if (kind !== 'sending-ip' || says.fault !== 'sender-ip') return 'held'
  return says.evidence.list === 'PBL' ? 'ip-not-for-mail' : 'ip-blocked'
}

function sentences(
  kind: AlertKind,
  { kind: scope, ref, hold }: Closing,
  rule: string,
  { count = 1, attempts, percent }: Record<string, number>,
): string {
  const { forSeconds, probeEverySeconds } = hold
  if (kind === 'ip-not-for-mail')
    return `${rule}: the IP of the lane ${ref.id} is on a list of those that must not send mail by themselves; send through a relay. The lane is held for ${spanWords(forSeconds)}, without probes.`
  const goesOn =
    probeEverySeconds === null
      ? `for ${spanWords(forSeconds)}`
      : `until Apple takes a probe, the first in ${spanWords(forSeconds)}, then one in ${spanWords(probeEverySeconds)}`
  if (kind === 'ip-blocked')
    return `${rule}: Apple refuses the IP of the lane ${ref.id}; ask for it to be unblocked where the reply says. The lane is held ${goesOn}.`
  if (scope === 'campaign')
    return `${rule}: Apple refuses the content of a mailing; the rest of it is held ${goesOn}.`
  const of = attempts === undefined ? '' : ` of ${attempts} attempts (${percent} %)`
  const what = scope === 'sending-ip' ? 'lane' : scope === 'stream' ? 'stream' : 'sending domain'
  return `${rule}: ${count}${of} were refused within ${spanWords(hold.windowSeconds)}; the ${what} ${ref.id} is held ${goesOn}.`
}

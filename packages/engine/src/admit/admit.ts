import type { Admission, AdmitRequest } from './admission.ts'
import { isAtPrivateRelay } from '../address.ts'
import { untilWritten } from '../ledger/conflict.ts'
import {
  admitBlindly,
  decideAdmission,
  engagedOnly,
  type AdmissionDecision,
  type Admittance,
} from './decide-admission.ts'
import type { Parts } from '../engine-core.ts'
import type { Passage } from '../passage.ts'
import { looksAtMessage, passedBy, withMessage, type Passed } from '../read-passage.ts'
import { engagementKey, isEngaged, type EngagementState } from '../signals/engagement-state.ts'
import { nothing, recipientKey, type RecipientState, type ScopeState } from '../state/state.ts'
import { movedDomains } from '../mx/moved-domains.ts'
import { checkAdmit, messageKey } from '../subject.ts'
import type { Change } from '../ledger/ledger.ts'

/** Answers {@link AdmitRequest}: one read for all recipients, and a write only to let a probe or a try through. */
export async function admit(parts: Parts, request: AdmitRequest): Promise<Admission[]> {
  checkAdmit(request)
  const { clock, outage, mailboxOf } = parts
  const passage = parts.passages.of(request, 'admit')
  const { route } = passage
  const asked: Admittance = {
    ...route,
    recipients: request.recipients.map((recipient) => ({ recipient, address: mailboxOf(recipient) })),
    messageId: request.messageId === undefined ? null : messageKey(request.messageId),
    acceptedAt: request.acceptedAt ?? null,
    deliverBy: request.deliverBy ?? null,
    process: parts.presence.id,
  }
  const held: Held = { admissions: null, uncounted: null }

  try {
    const admissions = await parts.patience.run(() => untilWritten(() => turn(parts, passage, asked, held)))
    outage.end(held.admissions === null ? 'read' : 'write')
    if (held.admissions !== null) parts.backlog?.ledgerAnswers()
    const { uncounted } = held
    const counted = uncounted === null ? admissions : admissions.filter((one) => !uncounted.has(one))
    parts.signals.admitted(route, counted, clock())
    return admissions
  } catch (error) {
    outage.begin(error, held.admissions === null ? 'read' : 'write')
    const admissions = held.admissions ?? admitBlindly(asked, clock(), parts.policy.now)
    parts.signals.admitted(route, admissions, clock())
    return admissions
  }
}

/** What a turn leaves behind. */
interface Held extends Pick<AdmissionDecision, 'uncounted'> {
  /** What holds if the ledger goes away while a probe is let through. */
  admissions: Admission[] | null
}

/**
 * Reads, decides and, for a probe, writes once. `undefined` if somebody else wrote in between.
 */
async function turn(
  parts: Parts,
  passage: Passage,
  asked: Admittance,
  held: Held,
): Promise<Admission[] | undefined> {
  const { ledger, clock, presence } = parts
  const policy = parts.policy.now
  const now = clock()
  const toPrivateRelay =
    asked.hop === 'direct' && asked.recipients.some(({ recipient }) => isAtPrivateRelay(recipient))
  // On the way to a relay no scope counts.
  let passed: Passed =
    asked.hop === 'relay' ? { way: passage.route, scopeKeys: [] } : passedBy(passage, toPrivateRelay, null)
  const recipientKeys = asked.recipients.map(({ address }) => recipientKey(address ?? ''))
  let entries = await ledger.read(passed.scopeKeys.concat(recipientKeys))
  // The stream is the second scope, the sending domain the third.
  if (asked.messageId !== null && looksAtMessage(passed, entries[1]?.value, entries[2]?.value, now, policy)) {
    const more = await withMessage(ledger, passed, asked.messageId)
    entries = entries.toSpliced(passed.scopeKeys.length, 0, more.entry)
    passed = more
  }
  const places = passed.scopeKeys.length
  const stored: ScopeState[] = []
  const recipients: RecipientState[] = []
  for (const entry of entries) {
    const state = entry?.value ?? nothing
    if (stored.length < places) stored.push(state)
    else recipients.push(state)
  }
  const scopes = stored.some(({ hold }) => hold?.probe) ? await presence.withoutLost(stored, now) : stored
  const moved = movedDomains(parts.mx, asked.recipients, recipients, asked.stream)
  const elsewhere = moved instanceof Promise ? await moved : moved
  const isPlain = passed.way === passage.route && elsewhere.size === 0
  const request = isPlain ? asked : { ...asked, ...passed.way, elsewhere }
  const engaged = engagedOnly(request, scopes, now) ? await whoReads(parts, asked, now) : []
  const decision = decideAdmission(request, recipients, scopes, now, policy, engaged)
  held.uncounted = decision.uncounted
  if (decision.scopes === stored && decision.recipients.size === 0) return decision.admissions

  const changes: Change[] = []
  const leases: string[] = []
  decision.scopes.forEach((scope, index) => {
    const key = passed.scopeKeys[index]
    if (key === undefined || scope === stored[index]) return
    changes.push({ key, expected: entries[index]?.version ?? 0, value: scope })
    const probe = scope.hold?.probe
    if (probe && probe !== scopes[index]?.hold?.probe) leases.push(key)
  })
  for (const [address, value] of decision.recipients) {
    const key = recipientKey(address)
    const entry = entries[places + recipientKeys.indexOf(key)]
    changes.push({ key, expected: entry?.version ?? 0, value })
  }
  if (leases.length > 0 || decision.recipients.size > 0) {
    // Until the lease of the probe or try is written, it is nobody's.
    const retryAt = now + policy.ledgerRetrySeconds * 1000
    held.admissions = decision.admissions.map((admission) => withoutProbe(admission, retryAt))
  }
  if (leases.length > 0) await presence.hold(leases, Math.max(...decision.scopes.map(untilOf)))
  if (await ledger.write(changes)) return decision.admissions
  presence.drop(leases)
  return undefined
}

function untilOf({ hold }: ScopeState): number {
  return hold?.probe ? hold.until : -Infinity
}

async function whoReads(parts: Parts, { recipients }: Admittance, now: number): Promise<boolean[]> {
  const entries = await parts.ledger.read(recipients.map(({ address }) => engagementKey(address ?? '')))
  return entries.map((entry) => isEngaged(entry?.value as EngagementState | undefined, now, parts.policy))
}

function withoutProbe(admission: Admission, retryAt: number): Admission {
  if (admission.decision !== 'send') return admission
  return {
    ...admission,
    decision: 'held',
    retryAt,
    reason: 'held; the ledger went away while a probe was let through',
  }
}

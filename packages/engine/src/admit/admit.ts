import type { Admission, AdmitRequest } from './admission.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { admitBlindly, decideAdmission, type Admittance } from './decide-admission.ts'
import type { Parts } from '../engine-core.ts'
import { recipientKey, type RecipientState, type ScopeState } from '../state/state.ts'
import { movedDomains } from '../mx/moved-domains.ts'
import { checkAdmit, messageKey } from '../subject.ts'
import type { Change } from '../ledger/ledger.ts'

/** Answers {@link AdmitRequest}: one read for all recipients, and a write only to let a probe or a try through. */
export async function admit(parts: Parts, request: AdmitRequest): Promise<Admission[]> {
  checkAdmit(request)
  const { ledger, policy, clock, outage, mailboxOf } = parts
  const { route, scopeKeys } = parts.passages.of(request, 'admit')
  const asked: Admittance = {
    ...route,
    recipients: request.recipients.map((recipient) => ({ recipient, address: mailboxOf(recipient) })),
    messageId: request.messageId === undefined ? null : messageKey(request.messageId),
    acceptedAt: request.acceptedAt ?? null,
    deliverBy: request.deliverBy ?? null,
  }
  const keys = [...scopeKeys, ...asked.recipients.map(({ address }) => recipientKey(address ?? ''))]
  let seen: Admission[] | null = null

  try {
    const turn = async (): Promise<Admission[] | undefined> => {
      const now = clock()
      const entries = await ledger.read(keys)
      const scopes = entries.slice(0, scopeKeys.length).map((entry) => (entry?.value ?? {}) as ScopeState)
      const recipients = entries
        .slice(scopeKeys.length)
        .map((entry) => (entry?.value ?? {}) as RecipientState)
      const moved = movedDomains(parts.mx, asked.recipients, recipients, route.stream)
      const elsewhere = moved instanceof Promise ? await moved : moved
      const decision = decideAdmission({ ...asked, elsewhere }, recipients, scopes, now, policy)
      if (decision.scopes === scopes && decision.recipients.size === 0) return decision.admissions
      // Until the lease of the probe or try is written, it is nobody's.
      seen = decision.admissions.map((admission) =>
        withoutProbe(admission, now + policy.ledgerRetrySeconds * 1000),
      )
      const changes = decision.scopes.flatMap((scope, index): Change[] => {
        const key = scopeKeys[index]
        if (key === undefined || scope === scopes[index]) return []
        return [{ key, expected: entries[index]?.version ?? 0, value: scope }]
      })
      for (const [address, value] of decision.recipients) {
        const key = recipientKey(address)
        changes.push({ key, expected: entries[keys.indexOf(key)]?.version ?? 0, value })
      }
      return (await ledger.write(changes)) ? decision.admissions : undefined
    }
    const admissions = await parts.patience.run(() => untilWritten(turn))
    outage.end(seen === null ? 'read' : 'write')
    if (seen !== null) parts.backlog?.ledgerAnswers()
    parts.signals.admitted(route, admissions, clock())
    return admissions
  } catch (error) {
    outage.begin(error, seen === null ? 'read' : 'write')
    const admissions = seen ?? admitBlindly(asked, clock(), policy)
    parts.signals.admitted(route, admissions, clock())
    return admissions
  }
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

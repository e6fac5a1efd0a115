import type { Admission, AdmitRequest, ExpiredAdmission, WaitAdmission } from '../../admit/admission.ts'
import { admitDetour } from '../../lanes/detour/admit-detour.ts'
import type { CanaryBook } from './canary-book.ts'
import { nextAskAt, seatOf, type CanaryState } from './canary-state.ts'
import { takeSeats } from './decide-canary.ts'
import type { Parts } from '../../engine-core.ts'
import { expiryOf } from '../../decide/retry-time.ts'
import { checkAdmit, nameOf, type Route } from '../../subject.ts'

/**
 * `admit` for a campaign on a direct hop: who is not among its first recipients waits until they have answered. On a relay
 * hop Apple's answers are not known.
 */
export async function admitCanary(
  parts: Parts,
  book: CanaryBook,
  request: AdmitRequest,
): Promise<Admission[]> {
  checkAdmit(request)
  const ask = (some: AdmitRequest): Promise<Admission[]> => admitDetour(parts, some)
  const { route } = parts.passages.of(request, 'admit')
  const campaign = nameOf(request.campaign, '', 'admit', 'campaign')
  if (campaign === '' || route.hop === 'relay' || book.isFree(campaign)) return ask(request)
  let state: CanaryState | null
  try {
    state = await parts.patience.run(() => book.look(campaign))
  } catch {
    return withoutLedger(parts, route, await ask(request))
  }
  if (state === null) return ask(request)

  const recipients = request.recipients.map((recipient) => ({
    recipient,
    seat: seatOf(parts.mailboxOf, campaign, recipient),
  }))
  // Nobody else is asked about: who has to wait anyway must not use up the probe of a hold.
  const able = ableOf(state, recipients, parts.clock())
  const answers =
    able.length === 0 ? [] : await ask({ ...request, recipients: able.map(({ recipient }) => recipient) })
  const going = answers.flatMap(({ decision }, index) =>
    decision === 'send' ? (able[index]?.seat ?? []) : [],
  )
  const seated = going.length === 0 ? new Set<string>() : await book.seat(campaign, going)

  const now = parts.clock()
  const expiresAt = expiryOf(request, route.stream, parts.policy)
  const answerOf = new Map(able.map((one, index) => [one, answers[index]]))
  const held: Admission[] = []
  const admissions = recipients.map((one): Admission => {
    const answer = answerOf.get(one)
    if (answer && (answer.decision !== 'send' || one.seat === null || seated.has(one.seat))) return answer
    const admission = wait(one.recipient, campaign, state, now, expiresAt)
    held.push(admission)
    return admission
  })
  parts.signals.admitted(route, held, now)
  return admissions
}

/** Who may be let go, as far as is known: what is no address has no place among the first ones, and needs none. */
function ableOf<T extends { seat: string | null }>(
  state: CanaryState,
  recipients: readonly T[],
  now: number,
): T[] {
  if (state.verdict !== undefined) return recipients.filter(({ seat }) => seat === null)
  const { seated } = takeSeats(
    state,
    recipients.flatMap(({ seat }) => seat ?? []),
    now,
  )
  return recipients.filter(({ seat }) => seat === null || seated.has(seat))
}

function wait(
  recipient: string,
  campaign: string,
  state: CanaryState,
  now: number,
  expiresAt: number,
): WaitAdmission | ExpiredAdmission {
  const base = { recipient, rule: 'canary', suppression: null, hold: null }
  if (now >= expiresAt) {
    const reason = 'canary: expired (5.4.7) while it had to wait'
    return { ...base, decision: 'expired', retryAt: null, reason }
  }
  const { verdict, size } = state
  const reason =
    verdict === undefined
      ? `canary: ${campaign} waits for the replies to its first ${size === 1 ? 'recipient' : `${size} recipients`}`
      : `canary: ${campaign} was stopped: ${verdict.reason}`
  const retryAt = Math.min(Math.max(nextAskAt(state, now), now + 1), expiresAt)
  return { ...base, decision: 'held', retryAt, reason, hold: { scope: 'campaign', id: campaign } }
}

/** Whether anything is waited for is not known. */
function withoutLedger(parts: Parts, route: Route, admissions: Admission[]): Admission[] {
  if (route.stream === 'transactional') return admissions
  const retryAt = parts.clock() + parts.policy.ledgerRetrySeconds * 1000
  const reason = 'the ledger is out of reach; held until it is back'
  return admissions.map((one): Admission =>
    one.decision === 'send' ? { ...one, decision: 'held', retryAt, reason } : one,
  )
}

import type { Admission } from '@icloud-delivery/engine'
import { abortError } from './abort.ts'
import { conclude } from './conclude.ts'
import { admissionFailure, expiredFailure, innerFailure, noWayFailure } from './failures.ts'
import type { Passage, Send } from './gate.ts'
import { asError, plainSend } from './inner-send.ts'
import type { Job, Recipient } from './job.ts'
import type { ErrorLike } from './nodemailer-shapes.ts'
import type { Settled, TryAgain } from './settled.ts'
import { transact, type Transaction } from './transaction.ts'
import type { Way } from './ways.ts'

const askAgainMs = 60_000

/** That the lane counts for one connection. */
const mostAtOnce = 10_000

/**
 * One try for recipients that share a transaction. Asks the engine, waits for a turn to Apple, and asks again if that took a
 * while: so it heeds what was learnt meanwhile, and a message that is let through as a probe goes.
 *
 * @param before how the last try ended; `null` if this is the first
 * @returns one outcome for each recipient, in their order. Never rejects
 */
export async function attempt(
  job: Job,
  recipients: readonly Recipient[],
  before: TryAgain | null,
): Promise<(Settled | TryAgain)[]> {
  try {
    if (job.signal?.aborted) return aborted(job, recipients)
    const admissions = (before === null && admissionsOf(recipients)) || (await admitNow(job, recipients))
    if (job.otherWays.size === 0) return await attemptOver(job, recipients, admissions, before)
    const parts = partsByWay(job, admissions)
    const results = await Promise.all(
      parts.map(({ way, indexes }) =>
        attemptOver(
          way ? { ...job, ...way, route: { ...job.route, lane: way.lane } } : job,
          indexes.flatMap((index) => recipients[index] ?? []),
          indexes.flatMap((index) => admissions[index] ?? []),
          before,
        ),
      ),
    )
    const outcomes: (Settled | TryAgain)[] = []
    parts.forEach(({ indexes }, part) => {
      indexes.forEach((index, place) => {
        const outcome = results[part]?.[place]
        if (outcome) outcomes[index] = outcome
      })
    })
    return outcomes
  } catch (error) {
    return recipients.map(({ address }) => failed(asError(error), address))
  }
}

/** Recipients by the way that the engine names: `null` for the transport's own. */
function partsByWay(
  { otherWays, route }: Job,
  admissions: readonly Admission[],
): { way: Way | null; indexes: number[] }[] {
  const parts = new Map<Way | null, number[]>()
  for (const [index, admission] of admissions.entries()) {
    const lane = admission.decision === 'send' ? admission.lane : undefined
    const way = (lane !== undefined && lane !== route.lane && otherWays.get(lane)) || null
    const indexes = parts.get(way)
    if (indexes) indexes.push(index)
    else parts.set(way, [index])
  }
  return Array.from(parts, ([way, indexes]) => ({ way, indexes }))
}

/** @param job with the lane and the transport of the way that is taken. What is asked again is asked for that lane */
async function attemptOver(
  job: Job,
  recipients: readonly Recipient[],
  known: readonly Admission[],
  before: TryAgain | null,
): Promise<(Settled | TryAgain)[]> {
  const { signal } = job
  let admissions = known
  let passage: Passage | null = null
  try {
    let going = recipients.some(({ apple }) => apple) ? countGoing(job, admissions) : 0
    while (going > 0 && passage?.type !== 'go') {
      passage = await enter(job, going, before)
      if (signal?.aborted) return aborted(job, recipients)
      if (passage.type === 'later') {
        const { retryAt, reason } = passage
        return recipients.map(({ address }) => notYet(address, reason, retryAt, before))
      }
      if (passage.type === 'ask' || passage.waited) admissions = await admitNow(job, recipients)
      going = countGoing(job, admissions)
    }
    if (signal?.aborted) return aborted(job, recipients)
    const send = passage?.type === 'go' ? passage.send : plainSend
    return await attemptNow(job, recipients, admissions, before, send)
  } catch (error) {
    return recipients.map(({ address }) => failed(asError(error), address))
  } finally {
    if (passage?.type === 'go') passage.leave()
  }
}

function enter(job: Job, recipients: number, before: TryAgain | null): Promise<Passage> {
  const { engine, gate, signal, deadline, laneDeadline } = job
  const { lane, stream, acceptedAt } = job.route
  const until = before === null ? laneDeadline : Math.min(deadline, laneDeadline)
  return gate.enter({
    engine,
    lane,
    stream,
    acceptedAt,
    recipients: Math.min(recipients, mostAtOnce),
    until,
    signal,
  })
}

async function attemptNow(
  job: Job,
  recipients: readonly Recipient[],
  admissions: readonly Admission[],
  before: TryAgain | null,
  send: Send,
): Promise<(Settled | TryAgain)[]> {
  const { deliverBy } = job
  // The engine says so of a direct hop only.
  const late = deliverBy !== null && deliverBy <= job.clock() ? deliverBy : null
  const going = recipients.filter(
    ({ apple }, index) => goesOver(job, admissions[index]) && !(apple && late !== null),
  )
  const transaction = going.length > 0 ? await transact(job, going, send) : null
  const tries = before === null ? 1 : before.tries + 1
  return Promise.all(
    recipients.map(async (recipient, index) => {
      const admission = admissions[index]
      if (admission?.decision === 'send' && recipient.apple && late !== null)
        return tooLate(recipient, late, before)
      if (admission === undefined || goesOver(job, admission))
        return conclude(job, recipient, transaction as Transaction, tries)
      return admission.decision === 'send' ? noWay(job, recipient, before) : notNow(admission, before, tries)
    }),
  )
}

/** What was known before the first try; `null` if that is not all. */
function admissionsOf(recipients: readonly Recipient[]): Admission[] | null {
  const known = recipients.flatMap(({ admission }) => admission ?? [])
  return known.length === recipients.length ? known : null
}

async function admitNow({ engine, route }: Job, recipients: readonly Recipient[]): Promise<Admission[]> {
  const admissions = await engine.admit({ ...route, recipients: recipients.map(({ address }) => address) })
  if (admissions.length === recipients.length) return admissions
  throw new Error(`The engine gave ${admissions.length} answers for ${recipients.length} recipients`)
}

function countGoing(job: Job, admissions: readonly Admission[]): number {
  return admissions.reduce((count, admission) => count + (goesOver(job, admission) ? 1 : 0), 0)
}

/** True if it may go over this transport: the engine may name another lane while Apple blocks the IP address of this one. */
function goesOver(job: Job, admission: Admission | undefined): boolean {
  return admission?.decision === 'send' && (admission.lane ?? job.route.lane) === job.route.lane
}

function tooLate({ address }: Recipient, deliverBy: number, before: TryAgain | null): Settled {
  return {
    state: 'rejected',
    failure: expiredFailure(address, deliverBy, before?.failure ?? null),
    error: null,
  }
}

function noWay(job: Job, { address }: Recipient, before: TryAgain | null): TryAgain {
  const { lane } = job.route
  const retryAt = job.clock() + askAgainMs
  const why = `Apple blocks the IP address of the lane ${lane}, and this transport has no other (laneTransports)`
  const failure = noWayFailure('EHELD', { recipient: address, why, retryAt }, before?.failure ?? null)
  return { state: 'again', retryAt, isHeld: true, tries: before?.tries ?? 0, failure, error: null }
}

function notNow(admission: Admission, before: TryAgain | null, tries: number): Settled | TryAgain {
  const failure = admissionFailure(admission, before?.failure ?? null)
  const { retryAt, decision, hold: behind } = admission
  if (retryAt === null) return { state: 'rejected', failure, error: null }
  return { state: 'again', retryAt, isHeld: decision === 'held', behind, tries, failure, error: null }
}

/** The lane had no room in time. */
function notYet(recipient: string, why: string, retryAt: number, before: TryAgain | null): TryAgain {
  const failure = noWayFailure('ERETRYEXHAUSTED', { recipient, why, retryAt }, before?.failure ?? null)
  return { state: 'again', retryAt, isHeld: false, tries: before?.tries ?? 0, failure, error: null }
}

function aborted({ signal }: Job, recipients: readonly Recipient[]): Settled[] {
  return recipients.map(({ address }) => failed(abortError(signal), address))
}

function failed(error: ErrorLike, address: string): Settled {
  return { state: 'rejected', failure: innerFailure(error, address), error }
}

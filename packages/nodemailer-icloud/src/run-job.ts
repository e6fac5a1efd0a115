import type { Admission } from '@icloud-delivery/engine'
import { attempt } from './attempt.ts'
import { deliver } from './deliver.ts'
import { admissionFailure, expiredFailure, preflightFailure } from './failures.ts'
import type { Job, Recipient } from './job.ts'
import { isForHiddenOnly } from './mail-view.ts'
import { enqueue } from './outbox/enqueue.ts'
import type { Settled, TryAgain } from './settled.ts'

/** How recipients share transactions: `apart`: each Apple recipient alone, `by-host`: Apple's together, `whole`: all. */
export type Sharing = 'apart' | 'by-host' | 'whole'

/** Sends to all recipients of a job. Gives one outcome for each, in their order; never rejects. */
export async function runJob(job: Job, sharing: Sharing): Promise<(Settled | TryAgain)[]> {
  const settled = new Map<Recipient, Settled | TryAgain>()
  const groups: Recipient[][] = []
  const shared = new Map<string, Recipient[]>()
  /** For the outbox, all together: their mail is stored once. */
  const kept: Recipient[] = []
  for (const recipient of job.recipients) {
    const { admission, apple, address } = recipient
    if (
      apple &&
      job.deliverBy !== null &&
      job.deliverBy <= job.clock() &&
      admission?.decision !== 'suppressed'
    ) {
      const failure = expiredFailure(address, job.deliverBy, null)
      settled.set(recipient, { state: 'rejected', failure, error: null })
      continue
    }
    if (apple && job.isRefused && admission?.decision !== 'suppressed') {
      const failure = preflightFailure(address, job.findings ?? [])
      settled.set(recipient, { state: 'rejected', failure, error: null })
      continue
    }
    if (job.outbox && apple && admission?.decision !== 'suppressed') {
      kept.push(recipient)
      continue
    }
    if (admission !== null && admission.decision !== 'send') {
      settled.set(recipient, turnAway(admission))
      continue
    }
    const key = sharing === 'whole' ? 'all' : !apple ? 'rest' : sharing === 'apart' ? null : 'apple'
    const group = key === null ? undefined : shared.get(key)
    if (group) group.push(recipient)
    else {
      const begun = [recipient]
      groups.push(begun)
      if (key !== null) shared.set(key, begun)
    }
  }
  if (job.outbox && kept.length > 0) {
    const outcomes = await enqueue(job, job.outbox, kept)
    for (const [index, recipient] of kept.entries()) {
      const outcome = outcomes[index]
      if (outcome) settled.set(recipient, outcome)
    }
  }
  const sent = sharing === 'whole' ? groups : groups.flatMap((group) => withSomebodyNamed(job, group))
  await Promise.all(sent.map((group) => sendTogether(job, group, settled)))
  return job.recipients.flatMap((recipient) => settled.get(recipient) ?? [])
}

/** For a transport that needs somebody to name in To. */
function withSomebodyNamed({ data, mail }: Job, group: Recipient[]): Recipient[][] {
  const addresses = group.map(({ address }) => address)
  return data !== null && isForHiddenOnly(mail.message, addresses) ? group.map((one) => [one]) : [group]
}

/** Nobody was asked yet: the recipient is suppressed, or the ledger is out of reach. */
function turnAway(admission: Admission): Settled | TryAgain {
  const failure = admissionFailure(admission, null)
  const { retryAt } = admission
  if (retryAt === null) return { state: 'rejected', failure, error: null }
  return { state: 'again', retryAt, isHeld: true, tries: 0, failure, error: null }
}

async function sendTogether(
  job: Job,
  group: readonly Recipient[],
  settled: Map<Recipient, Settled | TryAgain>,
): Promise<void> {
  const outcomes = await attempt(job, group, null)
  await Promise.all(
    group.map(async (recipient, index) => {
      const outcome = outcomes[index]
      if (outcome) settled.set(recipient, await deliver(job, recipient, outcome))
    }),
  )
}

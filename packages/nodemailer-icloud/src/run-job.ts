import { conclude } from './conclude.ts'
import { aborted, deliver } from './deliver.ts'
import { admissionFailure } from './failures.ts'
import type { Job, Recipient } from './job.ts'
import type { Settled } from './settled.ts'
import { transact } from './transaction.ts'

/** How recipients share transactions: `apart`: each Apple recipient alone, `by-host`: Apple's together, `whole`: all. */
export type Sharing = 'apart' | 'by-host' | 'whole'

/** Sends to all recipients of a job. Gives one outcome for each, in their order; never rejects. */
export async function runJob(job: Job, sharing: Sharing): Promise<Settled[]> {
  const settled = new Map<Recipient, Settled>()
  const groups = new Map<string, Recipient[]>()
  const alone: Recipient[] = []
  for (const recipient of job.recipients) {
    const { admission, apple } = recipient
    if (apple && (sharing === 'apart' || admission.decision === 'later')) alone.push(recipient)
    else if (admission.decision === 'send') {
      const key = sharing === 'whole' ? 'all' : apple ? 'apple' : 'rest'
      groups.set(key, [...(groups.get(key) ?? []), recipient])
    } else
      settled.set(recipient, { state: 'rejected', failure: admissionFailure(admission, null), error: null })
  }
  await Promise.all([
    ...Array.from(groups.values(), (group) => sendTogether(job, group, settled)),
    ...alone.map(async (recipient) => {
      settled.set(recipient, await deliver(job, recipient, null))
    }),
  ])
  return job.recipients.flatMap((recipient) => settled.get(recipient) ?? [])
}

async function sendTogether(
  job: Job,
  group: readonly Recipient[],
  settled: Map<Recipient, Settled>,
): Promise<void> {
  if (job.signal?.aborted) {
    for (const recipient of group) settled.set(recipient, aborted(job.signal, recipient.address))
    return
  }
  const transaction = await transact(
    job,
    group.map(({ address }) => address),
  )
  await Promise.all(
    group.map(async (recipient) => {
      settled.set(recipient, await deliver(job, recipient, await conclude(job, recipient, transaction)))
    }),
  )
}

import { reason } from '../findings/reason.ts'
import type { Mailbox } from './mailbox.ts'

/** Where a mail was found. */
export interface Sight {
  placement: 'inbox' | 'junk' | 'other' | 'missing' | 'unknown'
  folder: string | null
  reason: string | null
}

export interface Patience {
  /** ms since the epoch when nobody waits any longer. */
  until: number
  pollMs: number
  clock: () => number
  sleep: (ms: number) => Promise<void>
}

/** Looks until it is found or the time is over. A look that fails is tried again at the next. */
export async function findMail(box: Mailbox, token: string, patience: Patience): Promise<Sight> {
  const { until, pollMs, clock, sleep } = patience
  for (;;) {
    const isLast = clock() >= until
    const { inbox, junk, others } = box.folders
    try {
      if (await box.has(inbox, token)) return { placement: 'inbox', folder: inbox, reason: null }
      if (junk !== null && (await box.has(junk, token)))
        return { placement: 'junk', folder: junk, reason: null }
      if (isLast) return (await inOthers(box, others, token)) ?? nowhere(box)
    } catch (error) {
      if (isLast) return { placement: 'unknown', folder: null, reason: reason(error) }
    }
    await sleep(Math.max(0, Math.min(pollMs, until - clock())))
  }
}

/** What was not looked at may hold it. */
function nowhere({ isPassedOver }: Mailbox): Sight {
  return isPassedOver
    ? { placement: 'unknown', folder: null, reason: 'there is more mail than is looked at' }
    : { placement: 'missing', folder: null, reason: null }
}

/** Only in the end: rules of the mailbox’s owner are rare. */
async function inOthers(box: Mailbox, others: readonly string[], token: string): Promise<Sight | null> {
  for (const folder of others)
    if (await box.has(folder, token)) return { placement: 'other', folder, reason: null }
  return null
}

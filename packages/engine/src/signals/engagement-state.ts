import type { SignalsPolicy } from './signals-policy.ts'

/** What a reader did. An open may be Apple's Mail that fetched the images by itself: it shows no reader. */
export type Engagement = 'open' | 'click' | 'reply' | 'unsubscribe' | 'complaint'

/** That a reader wants this mail, and how we know. */
export interface Consent {
  /** ms since the epoch. */
  at: number
  /** At most 500 characters, in the host's words: the form, the version of its text, the address it came from. */
  how: string
}

/** What is stored under `engagement/<address>`. The times are the latest, ms since the epoch. */
export interface EngagementState {
  openedAt?: number
  clickedAt?: number
  repliedAt?: number
  unsubscribedAt?: number
  complainedAt?: number
  /** The first one and the latest, oldest first. */
  consents?: readonly Consent[]
}

/** The ledger key of what a reader did; `address` is folded. */
export function engagementKey(address: string): string {
  return `engagement/${address}`
}

/** When the reader last did what only a reader does, ms since the epoch: a click, an answer, a consent. No open counts. */
export function lastSignOfLife(state: EngagementState | undefined): number | null {
  const at = Math.max(
    state?.clickedAt ?? -Infinity,
    state?.repliedAt ?? -Infinity,
    state?.consents?.at(-1)?.at ?? -Infinity,
  )
  return at === -Infinity ? null : at
}

/**
 * Whether a reader reads: the last sign of life is not older than `engagedSeconds`, and no unsubscribe or complaint came
 * after it. Pure.
 *
 * @param state what is stored under `engagementKey(address)`; nothing known: not engaged
 * @param now ms since the epoch
 */
export function isEngaged(
  state: EngagementState | null | undefined,
  now: number,
  policy: { readonly signals: Pick<SignalsPolicy, 'engagedSeconds'> },
): boolean {
  const at = lastSignOfLife(state ?? undefined)
  if (at === null || at < now - policy.signals.engagedSeconds * 1000) return false
  return Math.max(state?.unsubscribedAt ?? -Infinity, state?.complainedAt ?? -Infinity) < at
}

import type { SuppressionOrigin } from '@icloud-delivery/engine'

/** Somebody other than a reply of Apple's. */
export type OriginByHand = Exclude<SuppressionOrigin, 'reply'>

/** Those that somebody other than a reply of Apple's asked for. */
export const originsByHand: readonly OriginByHand[] = ['unsubscribe', 'complaint', 'import', 'operator']

/** All of them. */
export const origins: readonly SuppressionOrigin[] = ['reply', ...originsByHand]

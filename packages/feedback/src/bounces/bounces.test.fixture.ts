import {
  createEngine,
  memoryLedger,
  signReturnPath,
  type Engine,
  type SignedReturnPath,
} from '@icloud-delivery/engine'
import { createFeedback } from '../recorder/feedback.ts'
import type { BouncesOptions } from './bounces-options.ts'
import { createBounces, type Bounces } from './bounces.ts'
import type { SignedPaths } from './trust/signed-for.ts'

/** When everything happens here: a minute after the bounces were written. */
export const now: number = Date.UTC(2026, 0, 1, 12, 1)

/** Where signed return paths of the tests stand. */
export const returnPath: SignedPaths = {
  domain: 'example.com',
  keys: [{ id: 'k1', secret: 'a secret of the tests that nobody else has' }],
}

export interface Bench {
  engine: Engine
  bounces: Bounces
}

/** An engine in memory, and what reads bounces for it. */
export function bench(options: Partial<BouncesOptions> = {}): Bench {
  const engine = createEngine({ ledger: memoryLedger(), clock: () => now, logger: { warn() {}, error() {} } })
  const feedback = createFeedback({ engine })
  return { engine, bounces: createBounces({ feedback, returnPath, clock: () => now, ...options }) }
}

/** A return path of the tests. */
export function signed(recipient = 'anna@icloud.com', messageId = '<1@example.com>'): SignedReturnPath {
  return signReturnPath({ ...returnPath, recipient, messageId, clock: () => now })
}

/** What the receiving server writes on top. */
export function deliveredTo(address: string): string {
  return `Delivered-To: ${address}\n`
}

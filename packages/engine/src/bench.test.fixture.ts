import { onTestFinished, vi, type Mock } from 'vitest'
import type { AdmitRequest } from './admit/admission.ts'
import { createEngine, type EngineOptions } from './create-engine.ts'
import type { Engine } from './engine.ts'
import { frozenLedger } from './ledger/frozen-ledger.test.fixture.ts'
import type { RecordRequest } from './record/outcome.ts'

/** The host that answers in these tests. */
const mx = 'mx01.mail.icloud.com'
/** Replies of Apple's for anna@icloud.com. */
export const replies = {
  full: '552 5.2.2 <anna@icloud.com>: user is over quota',
  invalid: '550 5.1.1 <anna@icloud.com>: user does not exist',
  inactive: '550 5.1.1 <anna@icloud.com>: inactive email address',
  blocked: '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10',
}
/** A logger that keeps still, and that tests look at. */
export const quiet: { warn: Mock<(message: string) => void>; error: Mock<(message: string) => void> } = {
  warn: vi.fn<(message: string) => void>(),
  error: vi.fn<(message: string) => void>(),
}

/** An engine on a clock that stands still, and calls for one sender, recipient and message. */
export interface Bench {
  engine: Engine
  time: { now: number }
  admit: (request?: Partial<AdmitRequest>) => ReturnType<Engine['admit']>
  reply: (input: unknown, request?: Partial<RecordRequest>) => ReturnType<Engine['record']>
  deliver: (request?: Partial<RecordRequest>) => ReturnType<Engine['record']>
}

/**
 * An engine in memory, unless told otherwise. What it reads is frozen: others may be given the same. It is closed when the test
 * ends: the timers of engines that live on would go off in the middle of other tests of this process.
 */
export function bench(options: Partial<EngineOptions> = {}): Bench {
  const time = { now: Date.UTC(2026, 0, 1) }
  const engine = createEngine({
    ledger: frozenLedger(),
    clock: () => time.now,
    random: () => 0,
    logger: quiet,
    ...options,
  })
  onTestFinished(() => engine.close())
  const base = { recipient: 'anna@icloud.com', sender: 'shop@example.com', messageId: 'm1' }
  return {
    engine,
    time,
    admit: (request) => engine.admit({ recipients: [base.recipient], sender: base.sender, ...request }),
    reply: (input, request) => engine.record({ ...base, outcome: { kind: 'reply', input, mx }, ...request }),
    deliver: (request) => engine.record({ ...base, outcome: { kind: 'delivered' }, ...request }),
  }
}

import type { Policy } from './policy.ts'

/**
 * The policy in force, which may change while mail goes on: all parts of an engine read it here. What takes a while, such as
 * one attempt, keeps {@link now} for as long, so that its steps agree.
 */
export class LivePolicy implements Policy {
  private current: Policy
  private readonly listeners: (() => void)[] = []

  constructor(policy: Policy) {
    this.current = policy
  }

  /** As it stands now. */
  get now(): Policy {
    return this.current
  }

  /** Another one from now on, but for what a running engine was built with. Names the options of which that is so. */
  change(next: Policy): readonly string[] {
    const { probeLeaseSeconds, signals } = this.current
    const { bucketSeconds } = signals
    const waiting: string[] = []
    if (next.probeLeaseSeconds !== probeLeaseSeconds) waiting.push('probeLeaseSeconds')
    if (next.signals.bucketSeconds !== bucketSeconds) waiting.push('signals.bucketSeconds')
    this.current = { ...next, probeLeaseSeconds, signals: { ...next.signals, bucketSeconds } }
    for (const listener of this.listeners) listener()
    return waiting
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  get maxAgeSeconds(): Policy['maxAgeSeconds'] {
    return this.current.maxAgeSeconds
  }

  get jitter(): Policy['jitter'] {
    return this.current.jitter
  }

  get topOfHour(): Policy['topOfHour'] {
    return this.current.topOfHour
  }

  get ledgerRetrySeconds(): Policy['ledgerRetrySeconds'] {
    return this.current.ledgerRetrySeconds
  }

  get ownDomains(): Policy['ownDomains'] {
    return this.current.ownDomains
  }

  get probeLeaseSeconds(): Policy['probeLeaseSeconds'] {
    return this.current.probeLeaseSeconds
  }

  get signals(): Policy['signals'] {
    return this.current.signals
  }

  get lanes(): Policy['lanes'] {
    return this.current.lanes
  }

  get incidents(): Policy['incidents'] {
    return this.current.incidents
  }

  get rules(): Policy['rules'] {
    return this.current.rules
  }

  get otherwise(): Policy['otherwise'] {
    return this.current.otherwise
  }
}

import type { Engine } from '@icloud-delivery/engine'
import type { RunningDashboard } from '@icloud-delivery/dashboard'
import type { Stage } from '../stage.ts'
import { isFinal, hasArrived, type Happening, type Outcome } from '../happening.ts'
import type { Mail } from '../app.ts'

const limitMs = 60_000

/** What a chapter works with. */
export class Play {
  readonly stage: Stage
  readonly signal: AbortSignal
  private readonly start: number

  constructor(stage: Stage, signal: AbortSignal) {
    this.stage = stage
    this.signal = signal
    this.start = stage.journal.all.length
  }

  /** Knows the demo's time, unlike that of the shop, which only sends. */
  get engine(): Engine {
    return this.stage.watcher
  }

  get dashboard(): RunningDashboard {
    return this.stage.dashboard
  }

  /** So much of the demo's time goes by. */
  pass(hours: number): Promise<void> {
    return this.stage.tempo.pass(hours, this.signal)
  }

  /** Leaves somebody who watches the time to see what has just happened. What waits meanwhile has to stand it. */
  toLook(): Promise<void> {
    return this.stage.tempo.toRead(this.signal)
  }

  async send(mail: Mail): Promise<void> {
    this.signal.throwIfAborted()
    await this.stage.shop.send(mail)
  }

  /** What was decided about the mail to a recipient in this chapter, in order. */
  outcomes(recipient: string): Outcome[] {
    return this.happenings(recipient).flatMap((one) => (one.kind === 'outcome' ? [one.outcome] : []))
  }

  happenings(recipient: string): Happening[] {
    return this.stage.journal.all.slice(this.start).filter((one) => one.recipient === recipient)
  }

  /** Resolves when `missing` gives nothing any more: it is asked after each event. */
  until(missing: () => readonly string[]): Promise<void> {
    const { journal, haraka } = this.stage
    return journal.until(missing, { limitMs, signal: this.signal, log: haraka.child.lines })
  }

  /** Resolves when so many mails to each of them have arrived. */
  untilDelivered(recipients: readonly string[], times: number = 1): Promise<void> {
    return this.until(() =>
      recipients.flatMap((recipient) =>
        this.outcomes(recipient).filter(hasArrived).length >= times ? [] : [`${recipient}: not delivered`],
      ),
    )
  }

  /** Resolves when so many mails to each of them are done with, one way or another. */
  untilDone(recipients: readonly string[], times: number = 1): Promise<void> {
    return this.until(() =>
      recipients.flatMap((recipient) =>
        this.outcomes(recipient).filter(isFinal).length >= times ? [] : [`${recipient}: not done with`],
      ),
    )
  }

  /** Resolves when mail to each of them was tried so many times. */
  untilTried(recipients: readonly string[], times: number): Promise<void> {
    return this.until(() =>
      recipients.flatMap((recipient) =>
        this.outcomes(recipient).length >= times ? [] : [`${recipient}: not tried`],
      ),
    )
  }

  /** Resolves when Haraka has held the mail to the recipient back. */
  untilWaits(recipient: string): Promise<void> {
    return this.until(() =>
      this.happenings(recipient).some(({ kind }) => kind === 'kept-back')
        ? []
        : [`${recipient}: does not wait`],
    )
  }

  /** Resolves when it is told that this scope is closed. */
  untilClosed(scope: string, id: string): Promise<void> {
    return this.until(() =>
      this.stage.journal.all
        .slice(this.start)
        .some((one) => one.kind === 'scope' && one.scope === scope && one.id === id && one.change === 'held')
        ? []
        : [`${scope} ${id}: not closed`],
    )
  }

  /** Resolves when `look` says so; the ledger is asked every 50 ms. */
  async untilTrue(what: string, look: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + limitMs
    while (!(await look())) {
      this.signal.throwIfAborted()
      if (Date.now() > end) throw new Error(`After ${limitMs / 1000} s this has not happened: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Who of them is suppressed, in words. */
  async wronglySuppressed(recipients: readonly string[]): Promise<string[]> {
    const records = await Promise.all(recipients.map((recipient) => this.engine.address(recipient)))
    return records
      .filter(({ suppressions }) => suppressions.length > 0)
      .map(({ recipient }) => `${recipient} is suppressed, and must not be`)
  }
}

/** A part of the story. */
export interface Chapter {
  /** What `--chapter` calls it. */
  name: string
  title: string
  /** One line: what to look at. */
  watch: string
  /** Plays it to its end. Gives what is not as it has to be in the end, in words: nothing, if all went well. */
  play(play: Play): Promise<string[]>
}

/** `name1@icloud.com`, `name2@icloud.com` and so on. */
export function readers(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}@icloud.com`)
}

/** Words for what should hold and does not. */
export function unless(holds: boolean, words: string): string[] {
  return holds ? [] : [words]
}

import {
  createEngine,
  memoryLedger,
  type Engine,
  type EngineOptions,
  type Outcome,
} from '@icloud-delivery/engine'
import type { RecordedAttempt, RecordedSuppression } from './recorded-history.ts'

const dayMs = 86_400_000

/** What a policy would have done with an attempt: an action of `record`, or why `admit` would not have sent it. */
export interface Played {
  /** `false`: it would not have been sent. */
  sent: boolean
  /** Such as `retry` or `suppress`; where it is not sent `suppressed`, `held`, `later` or `expired`. */
  did: string
}

/** Plays the past to an engine of its own with another policy: memory, and the clock of the past. */
export class Player {
  readonly #engine: Engine
  #now = 0

  constructor({ policy, sameMailbox }: Pick<EngineOptions, 'policy' | 'sameMailbox'>) {
    this.#engine = createEngine({
      ledger: memoryLedger(),
      buffer: null,
      clock: () => this.#now,
      random: () => 0.5,
      logger: { warn() {}, error() {} },
      ...(policy !== undefined && { policy }),
      ...(sameMailbox !== undefined && { sameMailbox }),
    })
  }

  /** Apple had taken mail for this recipient before the log begins. When is not known: a day is taken. */
  async deliveredBefore(first: RecordedAttempt): Promise<void> {
    this.#now = first.at - dayMs
    await this.#engine.record({ ...mailOf(first), messageId: 'before', outcome: { kind: 'delivered' } })
  }

  async suppress({ recipient, origin, streams, at }: RecordedSuppression): Promise<void> {
    this.#now = at
    type Origin = Parameters<Engine['suppress']>[0]['origin']
    await this.#engine.suppress({ recipient, origin: origin as Origin, streams })
  }

  async play(attempt: RecordedAttempt): Promise<Played> {
    this.#now = attempt.at
    const mail = mailOf(attempt)
    const { recipient, ...rest } = mail
    const [admission] = await this.#engine.admit({ ...rest, recipients: [recipient] })
    if (admission !== undefined && admission.decision !== 'send')
      return { sent: false, did: admission.decision }
    const action = await this.#engine.record({ ...mail, outcome: outcomeOf(attempt) })
    return { sent: true, did: action.type }
  }

  /** Recipients that a reply has suppressed by now. */
  async suppressed(): Promise<Set<string>> {
    const recipients = new Set<string>()
    for await (const { recipient, origin } of this.#engine.suppressions())
      if (origin === 'reply') recipients.add(recipient)
    return recipients
  }

  async close(): Promise<void> {
    await this.#engine.close()
  }
}

/** The log does not keep senders: each stream gets a domain of its own. */
function mailOf({ recipient, stream, lane, messageId }: RecordedAttempt): {
  recipient: string
  sender: string
  stream: string
  lane: string
  messageId: string
} {
  const label = stream
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 60)
  return { recipient, sender: `simulated@${label}.sender.invalid`, stream, lane, messageId }
}

function outcomeOf({ reply, error, mx, phase }: RecordedAttempt): Outcome {
  if (reply !== null)
    return {
      kind: 'reply',
      input: reply,
      ...(mx !== null && { mx }),
      ...(phase !== null && { phase: phase as NonNullable<Extract<Outcome, { kind: 'reply' }>['phase']> }),
    }
  if (error !== null) return { kind: 'no-reply', error, ...(mx !== null && { mx }) }
  return { kind: 'delivered' }
}

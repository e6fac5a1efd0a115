import type { VerdictJson } from '@icloud-delivery/rules'
import { RejectedError } from '../../errors.ts'
import type { Settings } from '../../settings.ts'
import { undeliveredVerdict } from '../../undelivered.ts'
import type { OutboxEntry, OutboxOutcome } from '../entry.ts'
import { reportOf } from './report.ts'

/** Tells the hooks of the application what became of its mail. */
export class Hooks {
  readonly #settings: Settings

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Whether somebody has to be told of this outcome. */
  wants({ state }: OutboxOutcome): boolean {
    const { onOutcome, onUndelivered } = this.#settings
    return onOutcome !== null || (onUndelivered !== null && state === 'undelivered')
  }

  /** Rejects with what a hook throws: it does not know of it then. */
  async tell(id: string, entry: OutboxEntry, outcome: OutboxOutcome): Promise<void> {
    const { onOutcome, onUndelivered } = this.#settings
    await onOutcome?.(reportOf(id, entry, outcome))
    if (onUndelivered === null || outcome.state !== 'undelivered') return
    const { messageId, envelope, deliverBy } = entry
    const message = { messageId, envelope: { ...envelope, to: [outcome.recipient] }, deliverBy, outboxId: id }
    await onUndelivered(message, undeliveredVerdict(errorOf(outcome)))
  }
}

/** The error as it was, as far as it was stored. */
function errorOf({ code, rule, verdict, message, recipient, ambiguous }: OutboxOutcome): RejectedError {
  return new RejectedError(message, {
    code: code ?? '',
    permanent: true,
    recipient,
    verdict: verdict && { ...verdict, text: message, toJSON: (): VerdictJson => verdict },
    rule,
    action: null,
    retryAt: null,
    suppression: null,
    ambiguous,
  })
}

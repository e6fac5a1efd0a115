import type { VerdictJson } from '@icloud-delivery/rules'
import { RejectedError } from '../../errors.ts'
import type { Settings } from '../../settings.ts'
import { undeliveredVerdict } from '../../undelivered.ts'
import type { OutboxEntry, OutboxOutcome } from '../entry.ts'
import type { OwnHooks } from '../own-hooks.ts'
import { reportOf } from './report.ts'

/** Tells the hooks of the application what became of its mail. */
export class Hooks {
  readonly #settings: Settings

  readonly #ownHooks: OwnHooks | null

  constructor(settings: Settings, ownHooks: OwnHooks | null) {
    this.#settings = settings
    this.#ownHooks = ownHooks
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
    const { recipient } = outcome
    const { messageId, envelope, deliverBy } = entry
    const message = { messageId, envelope: { ...envelope, to: [recipient] }, deliverBy, outboxId: id }
    const own = this.#ownHooks?.of(entry, recipient)
    const hook = own?.hook ?? onUndelivered
    await hook({ ...own?.data, ...message }, undeliveredVerdict(errorOf(outcome)))
    this.over(entry, recipient)
  }

  /** Nothing more will be told of this recipient. */
  over(entry: OutboxEntry, recipient: string): void {
    this.#ownHooks?.forget(entry, recipient)
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

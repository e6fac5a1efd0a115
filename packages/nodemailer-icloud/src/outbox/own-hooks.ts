import type { MailData } from '../nodemailer-shapes.ts'
import type { Settings } from '../settings.ts'
import type { OnUndelivered } from '../undelivered.ts'
import type { OutboxEntry } from './entry.ts'
import { expiryOf } from './worker/expiry.ts'

/** Of no use where another channel is looked for, and large. */
const large: ReadonlySet<string> = new Set([
  'html',
  'amp',
  'watchHtml',
  'raw',
  'attachments',
  'alternatives',
  'icalEvent',
])
/** A mail that is too old is told of within this time, ms. */
const toldWithinMs = 86_400_000
const fewest = 1000

/** The hook of one mail, and the mail as it was given, without what is large. */
export interface OwnHook {
  hook: OnUndelivered
  data: MailData
}

/**
 * The hooks of single mails in an outbox. A function cannot be stored: they are known to this process, as long as it lives.
 * After that, and where another process brings the mail to an end, the hook of the transport is called instead.
 */
export class OwnHooks {
  readonly #settings: Pick<Settings, 'clock' | 'maxAgeSeconds'>
  readonly #hooks = new Map<string, OwnHook & { forgetAt: number }>()
  #sweepAt = fewest

  constructor(settings: Pick<Settings, 'clock' | 'maxAgeSeconds'>) {
    this.#settings = settings
  }

  /** How many are known, by recipient. */
  get size(): number {
    return this.#hooks.size
  }

  add(entry: OutboxEntry, { hook, data }: OwnHook): void {
    const small = Object.fromEntries(Object.entries(data).filter(([name]) => !large.has(name)))
    const forgetAt = expiryOf(entry, this.#settings.maxAgeSeconds) + toldWithinMs
    for (const { address } of entry.recipients)
      this.#hooks.set(keyOf(entry, address), { hook, data: small, forgetAt })
    if (this.#hooks.size >= this.#sweepAt) this.#sweep()
  }

  of(entry: OutboxEntry, recipient: string): OwnHook | undefined {
    return this.#hooks.get(keyOf(entry, recipient))
  }

  /** It was told, or has nothing to be told. */
  forget(entry: OutboxEntry, recipient: string): void {
    this.#hooks.delete(keyOf(entry, recipient))
  }

  /** Those of mails that another process has brought to an end. */
  #sweep(): void {
    const now = this.#settings.clock()
    for (const [key, { forgetAt }] of this.#hooks) if (forgetAt <= now) this.#hooks.delete(key)
    this.#sweepAt = Math.max(fewest, 2 * this.#hooks.size)
  }
}

function keyOf({ messageId }: OutboxEntry, recipient: string): string {
  return `${messageId}\n${recipient}`
}

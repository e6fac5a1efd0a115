import type { Engine } from '@icloud-delivery/engine'
import { withDeadline } from './deadline.ts'
import type { Settings } from './settings.ts'
import type { MailSubject } from './subject.ts'
import { LEDGER_WAIT } from './waits.ts'
import { writtenName } from './written-name.ts'

/** Campaigns of which this process knows that they are declared. */
const MOST = 10_000
/** How long the replies to the first ones are waited for, in seconds, before `[policy] time_scale`. */
const WAIT_SECONDS = 3600

/** Declares a test batch for each mailing of the streams in `[canary]`: its first recipients go, and the rest waits for them. */
export class TestBatches {
  readonly #engine: Pick<Engine, 'canary' | 'canaries'>
  readonly #error: (message: string) => void
  readonly #warn: (message: string) => void
  readonly #declared = new Map<string, Promise<void>>()
  readonly #relayed = new Set<string>()

  constructor(
    engine: Pick<Engine, 'canary' | 'canaries'>,
    { error, warn }: { error: (message: string) => void; warn: (message: string) => void },
  ) {
    this.#engine = engine
    this.#error = error
    this.#warn = warn
  }

  /** To be waited for before the engine is asked about mail of this subject. `null`: there is nothing to wait for. */
  declare(
    { stream, campaign }: Pick<MailSubject, 'stream' | 'campaign'>,
    { canary, timeScale }: Pick<Settings, 'canary' | 'timeScale'>,
  ): Promise<void> | null {
    const size = canary.size === 0 ? undefined : canary.get(stream)
    if (size === undefined || campaign === undefined) return null
    // As the ledger has it: a plugin or an older version may have noted it in other words.
    const id = writtenName(campaign)
    const known = this.#declared.get(id)
    if (known) return known
    const declaring = withDeadline(
      this.#declare(id, size, WAIT_SECONDS * timeScale),
      LEDGER_WAIT,
      'The ledger',
    ).catch((error: unknown) => {
      // The next message tries again.
      this.#declared.delete(id)
      this.#error(`the test batch of ${id} cannot be declared, its mail goes without: ${String(error)}`)
    })
    this.#declared.set(id, declaring)
    const [oldest] = this.#declared.keys()
    if (this.#declared.size > MOST && oldest !== undefined) this.#declared.delete(oldest)
    return declaring
  }

  /** Says, once for each stream, that mail goes to a smart host without a test batch, as Apple’s answers are not heard there. */
  passBy(
    { stream, campaign }: Pick<MailSubject, 'stream' | 'campaign'>,
    { canary }: Pick<Settings, 'canary'>,
  ): void {
    if (canary.size === 0 || campaign === undefined || !canary.has(stream) || this.#relayed.has(stream))
      return
    this.#relayed.add(stream)
    this.#warn(
      `[canary] ${stream} does nothing for mail that goes over a smart host: its answer is not Apple's. Send this stream to ` +
        "Apple's MX directly, or take it out of [canary].",
    )
  }

  /** One that an application declared in the same ledger keeps its numbers. */
  async #declare(id: string, size: number, waitSeconds: number): Promise<void> {
    const all = await this.#engine.canaries()
    if (!all.some((one) => one.id === id)) await this.#engine.canary({ id, size, waitSeconds })
  }
}

import type { Logger } from './engine.ts'

/** Says once that the ledger is out of reach, and once that it is back: not once per message. */
export class Outage {
  private lasting = false
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  begin(error: unknown): void {
    if (this.lasting) return
    this.lasting = true
    const code = (error as { code?: unknown } | null)?.code
    const what = `${typeof code === 'string' ? `${code} ` : ''}${error instanceof Error ? error.message : String(error)}`
    this.logger.error(
      `icloud-delivery: the ledger is out of reach (${what.slice(0, 300)}). Transactional mail goes on, other ` +
        'streams wait, and outcomes are not remembered until it is back',
    )
  }

  end(): void {
    if (!this.lasting) return
    this.lasting = false
    this.logger.warn('icloud-delivery: the ledger is back')
  }
}

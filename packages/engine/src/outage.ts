import type { Clock, Logger } from './engine.ts'
import type { Events } from './events.ts'
import type { Policy } from './policy/policy.ts'

/** What an {@link Outage} needs to tell of itself. */
export interface OutageParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Pick<Events, 'emit'>
  /** Where outcomes are kept meanwhile; `null`: nowhere. */
  readonly buffer: string | null
  /** An outage that begins within `ledgerRetrySeconds` after the last one is the same one: it is not told again. */
  readonly policy: Pick<Policy, 'ledgerRetrySeconds'>
}

const rest = 'Transactional mail goes on, other streams wait, and outcomes'

/**
 * Says once that the ledger is out of reach, once that outcomes are lost, and once that it is back: in the log, and the
 * first two as an alert. Not once per message.
 */
export class Outage {
  private lasting: 'no' | 'reads' | 'writes' = 'no'
  private isTold = false
  private isLosing = false
  private since = 0
  private endedAt = -Infinity
  private readonly parts: OutageParts

  constructor(parts: OutageParts) {
    this.parts = parts
  }

  /** A call failed: in reading, or in writing, as on a full disk. */
  begin(error: unknown, during: 'read' | 'write'): void {
    const now = this.parts.clock()
    if (this.lasting === 'no') this.since = now
    if (this.lasting !== 'writes') this.lasting = during === 'write' ? 'writes' : 'reads'
    if (this.isTold || Math.abs(now - this.endedAt) < this.parts.policy.ledgerRetrySeconds * 1000) return
    this.isTold = true
    this.isLosing = false
    const { buffer } = this.parts
    const fate = buffer === null ? 'are not remembered' : 'are kept in a buffer'
    this.parts.logger.error(
      `icloud-delivery: the ledger is out of reach (${described(error)}). ${rest} ${fate} until it is back`,
    )
    const hint = buffer === null ? '; name a directory as `buffer` to keep them' : ''
    const code = codeOf(error)
    const why = code === null ? '' : ` (${code}; the log says more)`
    this.alert(`the ledger is out of reach${why}. ${rest} ${fate} until it is back${hint}`)
  }

  /** An outcome could be written neither into the ledger nor into the buffer. */
  lose(error: unknown): void {
    if (this.isLosing) return
    this.isLosing = true
    const { buffer, logger } = this.parts
    const what = 'outcomes are lost: the ledger is out of reach, and the buffer cannot be written'
    logger.error(`icloud-delivery: ${what} (${String(buffer)}: ${described(error)})`)
    this.alert(`${what}. Look at the disk and the rights of its directory`)
  }

  /** A call went through. Where writing fails, that something can be read does not count. */
  end(during: 'read' | 'write'): void {
    if (this.lasting === 'no' || (this.lasting === 'writes' && during === 'read')) return
    this.lasting = 'no'
    if (!this.isTold) return
    this.isTold = false
    this.endedAt = this.parts.clock()
    const seconds = Math.max(0, Math.round((this.endedAt - this.since) / 1000))
    this.parts.logger.warn(`icloud-delivery: the ledger is back after ${seconds} s`)
  }

  private alert(message: string): void {
    this.parts.events.emit('alert', {
      kind: 'ledger-out-of-reach',
      at: this.parts.clock(),
      subject: 'ledger',
      message,
      rule: null,
      numbers: {},
      url: null,
      reply: null,
    })
  }
}

/** Such as `EADDRESSKEYS` or `ECONNREFUSED`; `null` for what is no plain code. */
function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[A-Z\d_]{1,40}$/.test(code) ? code : null
}

function described(error: unknown): string {
  const code = codeOf(error)
  const what = `${code === null ? '' : `${code} `}${error instanceof Error ? error.message : String(error)}`
  return what.slice(0, 300)
}

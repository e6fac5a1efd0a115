import { bufferOptions } from './buffer/buffer-options.ts'
import type { Clock, Engine, Logger } from './engine.ts'
import { EngineCore } from './engine-core.ts'
import { LazyLedger } from './ledger/lazy-ledger.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { AddressKey } from './names/address-key.ts'
import { remembering } from './names/remembering.ts'
import { MxBook, type ResolveMx } from './mx/mx-book.ts'
import { parseLedgerUrl } from './ledger/open-ledger.ts'
import { resolvePolicy, type PolicyOptions } from './policy/policy-check.ts'
import { onlyOptions } from './only-options.ts'
import { ranged } from './ranged.ts'
import { argument } from './subject.ts'

/** What {@link createEngine} takes. */
export interface EngineOptions {
  /** Where to remember: a ledger, or a string for `openLedger` such as `file:./icloud.db` or `memory:`. */
  ledger: Ledger | string
  /**
   * A directory of this machine where outcomes are kept while the ledger is out of reach, and from which they are written
   * when it is back; `null`: none. Made when it is needed, with mode 2770. One directory belongs to one ledger; all its
   * processes may share it. Default: for `file:./icloud.db` it is `./icloud.db.buffer`, for other ledgers there is none.
   */
  buffer?: string | null
  /** Bytes that one process buffers at most, files that it takes over included. From 1,000. Default 268,435,456 (256 MiB). */
  bufferBytes?: number
  /**
   * Seconds of real time after which a call of the ledger that does not come back counts as failed, 0.01 to 300.
   * Default 15. After that one call a second tries it, and the others do not wait.
   */
  ledgerTimeoutSeconds?: number
  /** Changes to the default policy. */
  policy?: PolicyOptions
  /** ms since the epoch. Default `Date.now`. */
  clock?: Clock
  /** Default: warnings and errors go to `console`. */
  logger?: Logger
  /** 0 to 1, for jitter. Default `Math.random`. */
  random?: () => number
  /**
   * Whether addresses at icloud.com, me.com and mac.com with the same local part are one mailbox, remembered under
   * icloud.com. Default false. Decide before the first use: what is remembered under me.com or mac.com by then is not
   * looked at any more.
   */
  sameMailbox?: boolean
  /**
   * Asks DNS for the MX of a domain that is not Apple's by name: host names, none if it has none; rejects if they cannot be
   * had. With it a suppression that a reply led to counts for such a domain only while its MX is at Apple. It is asked for
   * suppressed recipients only, its answers are kept for 10 minutes, and after 2 s it is not waited for. Default: none; the
   * engine asks no DNS by itself.
   */
  resolveMx?: ResolveMx
  /**
   * Addresses are remembered as hashes under these secrets (HMAC-SHA-256), and cut from the texts that are kept. The key in
   * use comes first; older ones, up to three, are for what was remembered before: an address moves to the new key when it is
   * written next. Every process of a ledger needs the same keys. Default: addresses are remembered as they are.
   */
  addressKeys?: readonly AddressKey[]
}

const known: readonly string[] = [
  'ledger',
  'buffer',
  'bufferBytes',
  'ledgerTimeoutSeconds',
  'policy',
  'clock',
  'logger',
  'random',
  'sameMailbox',
  'resolveMx',
  'addressKeys',
] satisfies (keyof EngineOptions)[]

/**
 * Makes an engine. A ledger given as a string is opened when it is first used; if that fails, `admit` and `record` answer
 * as for a ledger that is out of reach, the error is logged, and opening is tried again with a later call.
 *
 * @throws EngineError `EARGUMENT`, `EPOLICY` or `ELEDGERURL` for options that cannot be right
 */
export function createEngine(options: EngineOptions): Engine {
  if (typeof options !== 'object' || options === null)
    throw argument('createEngine', 'the options', 'an object', options)
  onlyOptions('createEngine', options, known)
  const { ledger, clock, logger, random, sameMailbox = false, resolveMx, addressKeys } = options
  if (typeof ledger === 'string') parseLedgerUrl(ledger)
  else if (typeof ledger?.read !== 'function' || typeof ledger.write !== 'function') {
    throw argument('createEngine', 'ledger', 'a ledger or a string such as "file:./icloud.db"', ledger)
  }
  callable('clock', clock)
  callable('random', random)
  callable('resolveMx', resolveMx)
  if (typeof sameMailbox !== 'boolean')
    throw argument('createEngine', 'sameMailbox', 'true or false', sameMailbox)
  if (logger !== undefined && (typeof logger?.warn !== 'function' || typeof logger.error !== 'function'))
    throw argument('createEngine', 'logger', 'an object with the functions warn and error', logger)
  return new EngineCore({
    ...remembering(typeof ledger === 'string' ? new LazyLedger(ledger) : ledger, sameMailbox, addressKeys),
    ownsLedger: typeof ledger === 'string',
    buffer: bufferOptions(options),
    ledgerTimeoutSeconds: ranged('ledgerTimeoutSeconds', options.ledgerTimeoutSeconds, 15, 0.01, 300),
    policy: resolvePolicy(options.policy),
    clock: clock ?? Date.now,
    logger: logger ?? console,
    random: random ?? Math.random,
    sameMailbox,
    mx: new MxBook(resolveMx ?? null, clock ?? Date.now),
  })
}

function callable(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw argument('createEngine', name, 'a function', value)
}

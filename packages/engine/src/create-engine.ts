import type { Clock, Engine, Logger } from './engine.ts'
import { didYouMean } from './did-you-mean.ts'
import { EngineCore } from './engine-core.ts'
import { EngineError, found } from './errors.ts'
import { LazyLedger } from './ledger/lazy-ledger.ts'
import type { Ledger } from './ledger/ledger.ts'
import { parseLedgerUrl } from './ledger/open-ledger.ts'
import { resolvePolicy, type PolicyOptions } from './policy/policy-check.ts'
import { argument } from './subject.ts'

/** What {@link createEngine} takes. */
export interface EngineOptions {
  /** Where to remember: a ledger, or a string for `openLedger` such as `file:./icloud.db` or `memory:`. */
  ledger: Ledger | string
  /** Changes to the default policy. */
  policy?: PolicyOptions
  /** ms since the epoch. Default `Date.now`. */
  clock?: Clock
  /** Default: warnings and errors go to `console`. */
  logger?: Logger
  /** 0 to 1, for jitter. Default `Math.random`. */
  random?: () => number
}

const known: readonly string[] = [
  'ledger',
  'policy',
  'clock',
  'logger',
  'random',
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
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new EngineError(
      'EARGUMENT',
      `createEngine: there is no option ${found(name)}${didYouMean(name, known)}; expected one of ${known.join(', ')}`,
    )
  }
  const { ledger, clock, logger, random } = options
  if (typeof ledger === 'string') parseLedgerUrl(ledger)
  else if (typeof ledger?.read !== 'function' || typeof ledger.write !== 'function') {
    throw argument('createEngine', 'ledger', 'a ledger or a string such as "file:./icloud.db"', ledger)
  }
  callable('clock', clock)
  callable('random', random)
  if (logger !== undefined && (typeof logger?.warn !== 'function' || typeof logger.error !== 'function'))
    throw argument('createEngine', 'logger', 'an object with the functions warn and error', logger)
  return new EngineCore({
    ledger: typeof ledger === 'string' ? new LazyLedger(ledger) : ledger,
    ownsLedger: typeof ledger === 'string',
    policy: resolvePolicy(options.policy),
    clock: clock ?? Date.now,
    logger: logger ?? console,
    random: random ?? Math.random,
  })
}

function callable(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw argument('createEngine', name, 'a function', value)
}

import { createEngine, type Engine } from '@icloud-delivery/engine'
import type { MxLookup } from './mx-lookup.ts'
import type { IcloudOptions } from './options.ts'

/** Gives the engine of a transport, and closes it if it was made here. */
export class EngineSource {
  readonly #make: () => Engine
  /** A ledger in memory has nothing to release, and would forget; a shared engine is closed by its owner. */
  readonly #mayClose: boolean
  readonly #isShared: boolean
  readonly #onDoubt: ((doubt: { domain: string }) => void) | null
  #engine: Engine | null

  /** @param lookup what the engine knows of domains it knows from here, and what it doubts is forgotten here */
  constructor({ engine, ledger = 'memory:', policy, clock }: IcloudOptions, lookup: MxLookup | null) {
    this.#make = () =>
      createEngine({
        ledger,
        ...(policy && { policy }),
        ...(clock && { clock }),
        ...(lookup && { resolveMx: (domain: string) => lookup.hosts(domain) }),
      })
    this.#mayClose = engine === undefined && typeof ledger === 'string' && ledger !== 'memory:'
    this.#isShared = engine !== undefined
    this.#onDoubt = lookup && (({ domain }) => lookup.forget(domain))
    // Made at once, so that options that cannot be right are told now and not by the first mail.
    this.#engine = this.#heard(engine ?? this.#make())
  }

  /** The engine; a new one on the same ledger after {@link close}. */
  get(): Engine {
    return (this.#engine ??= this.#heard(this.#make()))
  }

  async close(): Promise<void> {
    if (this.#engine === null) return
    const engine = this.#engine
    // A shared engine lives on, and must not remember each transport that ever used it.
    if (this.#isShared && this.#onDoubt) engine.off('mxDoubtful', this.#onDoubt)
    if (!this.#mayClose) return
    this.#engine = null
    await engine.close()
  }

  #heard(engine: Engine): Engine {
    if (this.#onDoubt) engine.on('mxDoubtful', this.#onDoubt)
    return engine
  }
}

import { createEngine, type Engine } from '@icloud-delivery/engine'
import type { IcloudOptions } from './options.ts'

/** Gives the engine of a transport, and closes it if it was made here. */
export class EngineSource {
  readonly #make: () => Engine
  /** A ledger in memory has nothing to release, and would forget; a shared engine is closed by its owner. */
  readonly #mayClose: boolean
  #engine: Engine | null

  constructor({ engine, ledger = 'memory:', policy, clock }: IcloudOptions) {
    this.#make = () => createEngine({ ledger, ...(policy && { policy }), ...(clock && { clock }) })
    this.#mayClose = engine === undefined && typeof ledger === 'string' && ledger !== 'memory:'
    // Made at once, so that options that cannot be right are told now and not by the first mail.
    this.#engine = engine ?? this.#make()
  }

  /** The engine; a new one on the same ledger after {@link close}. */
  get(): Engine {
    return (this.#engine ??= this.#make())
  }

  async close(): Promise<void> {
    if (!this.#mayClose || this.#engine === null) return
    const engine = this.#engine
    this.#engine = null
    await engine.close()
  }
}

import cluster from 'node:cluster'
import type { Plugin } from './haraka.ts'
import type { LiveSettings } from './live-settings.ts'
import { PreflightThread, type Looked, type PreflightEnvelope } from './preflight.ts'
import { printable } from './printable.ts'

/** The module that looks at messages, as `[preflight]` names it now. */
export class LivePreflight {
  readonly #plugin: Plugin
  readonly #live: LiveSettings
  readonly #home: string
  #module: string | null = null
  #thread: PreflightThread | null = null

  constructor(plugin: Plugin, live: LiveSettings, home: string) {
    this.#plugin = plugin
    this.#live = live
    this.#home = home
    this.#follow()
    live.onChange(() => {
      if (this.#follow()) void this.load()
    })
  }

  /** Whether there is a module to ask. */
  get isOn(): boolean {
    return this.#thread !== null
  }

  /** Loads the module, so that it is there when mail comes, and what is wrong with it is told. Never rejects. */
  async load(): Promise<void> {
    await this.#thread?.load().catch(() => {})
    // A master with workers looks at no mail.
    if (cluster.isPrimary && this.#hasWorkers()) this.#thread?.stop()
  }

  look(mime: Uint8Array, envelope: PreflightEnvelope): Promise<Looked> {
    if (this.#thread === null) return Promise.resolve({ findings: [] })
    return this.#thread.look(mime, envelope, this.#live.current.preflightTimeOut)
  }

  stop(): void {
    this.#thread?.stop()
  }

  /** As Haraka decides it: only for 0 there are none. */
  #hasWorkers(): boolean {
    const { main } = this.#plugin.config.get('smtp.ini') as { main?: { nodes?: string | number | null } }
    return String(main?.nodes ?? 1) !== '0'
  }

  /** Whether there is another module than before. */
  #follow(): boolean {
    const { preflightModule, preflightMode } = this.#live.current
    const wanted = preflightMode === 'off' ? null : preflightModule
    if (wanted === this.#module) return false
    this.#module = wanted
    this.#thread?.stop()
    this.#thread = wanted === null ? null : this.#make(wanted)
    return true
  }

  #make(module: string): PreflightThread {
    const told = (problem: string): void =>
      this.#plugin.logerror(
        `config/icloud.ini [preflight] module: ${module}: ${printable(problem, 500)}; mail passes meanwhile`,
      )
    return new PreflightThread(
      { module, home: this.#home },
      // Once, and not by each worker.
      { notLoaded: (problem) => cluster.isPrimary && told(problem), ended: told },
    )
  }
}

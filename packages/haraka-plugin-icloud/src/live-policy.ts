import cluster from 'node:cluster'
import {
  resolvePolicy,
  scalePolicy,
  type Engine,
  type LanesPolicy,
  type PolicyOptions,
} from '@icloud-delivery/engine'
import type { Plugin } from './haraka.ts'
import type { LiveSettings } from './live-settings.ts'
import { POLICY_FILE, readPolicy } from './policy-file.ts'

/** The policy that is in force: that of `config/icloud_policy.json`, which is read again when it changes. */
export class LivePolicy {
  readonly #plugin: Plugin
  readonly #live: LiveSettings
  #engine: Pick<Engine, 'setPolicy'> | null = null
  #options: PolicyOptions
  #lanes: LanesPolicy

  constructor(plugin: Plugin, live: LiveSettings) {
    this.#plugin = plugin
    this.#live = live
    const { policy, problems } = this.#read()
    this.#options = policy
    this.#lanes = resolvePolicy(policy).lanes
    this.#complain(problems)
  }

  /** For `createEngine`. */
  get options(): PolicyOptions {
    return this.#options
  }

  get lanes(): LanesPolicy {
    return this.#lanes
  }

  /** Changes the engine's policy with the file from now on. The names of streams may change what the file says. */
  follow(engine: Pick<Engine, 'setPolicy'>): void {
    this.#engine = engine
    let streams = this.#live.current.streams.join()
    this.#live.onChange((settings) => {
      if (settings.streams.join() === streams) return
      streams = settings.streams.join()
      this.#again()
    })
  }

  /** Haraka keeps one callback for each file, that of the last reading. */
  #read(): ReturnType<typeof readPolicy> {
    const file = this.#plugin.config.get(POLICY_FILE, 'data', () => this.#changed())
    const { timeScale, streams } = this.#live.current
    return readPolicy(file, scalePolicy(timeScale), streams)
  }

  #changed(): void {
    const waiting = this.#again()
    if (!cluster.isPrimary) return
    this.#plugin.lognotice(`config/${POLICY_FILE} was read again and is in force`)
    if (waiting.length > 0)
      this.#plugin.logwarn(
        `config/${POLICY_FILE}: Haraka has to be restarted for ${waiting.join(', ')}; keeping the former value`,
      )
  }

  #again(): readonly string[] {
    const { policy, problems } = this.#read()
    this.#complain(problems)
    this.#options = policy
    this.#lanes = resolvePolicy(policy).lanes
    return this.#engine?.setPolicy(policy) ?? []
  }

  /** Once, and not by each worker. */
  #complain(problems: readonly string[]): void {
    if (cluster.isPrimary) for (const problem of problems) this.#plugin.logerror(problem)
  }
}

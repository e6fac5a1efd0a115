import cluster from 'node:cluster'
import type { Plugin } from './haraka.ts'
import type { Ini } from './option.ts'
import { readSettings, type Reading, type Settings } from './settings.ts'

/** The options that are in force: those of `config/icloud.ini`, which is read again when it changes. */
export class LiveSettings {
  readonly #plugin: Plugin
  readonly #listeners = new Set<(settings: Settings) => void>()
  #current: Settings

  constructor(plugin: Plugin) {
    this.#plugin = plugin
    const reading = readSettings(this.#ini())
    this.#current = reading.settings
    if (cluster.isPrimary) for (const problem of reading.problems) plugin.logerror(problem)
  }

  get current(): Settings {
    return this.#current
  }

  /** Calls the listener after each change. */
  onChange(listener: (settings: Settings) => void): void {
    this.#listeners.add(listener)
  }

  /** Haraka keeps one callback for each file, that of the last reading. */
  #ini(): Ini {
    return this.#plugin.config.get('icloud.ini', () => this.#reload()) as Ini
  }

  #reload(): void {
    const reading = readSettings(this.#ini(), this.#current)
    this.#current = reading.settings
    // Once, and not by each worker.
    if (cluster.isPrimary) this.#tell(reading)
    for (const listener of this.#listeners) listener(this.#current)
  }

  #tell({ problems, changed, waiting }: Reading): void {
    for (const problem of problems) this.#plugin.logerror(problem)
    const applied = changed.filter((option) => !waiting.includes(option))
    if (applied.length > 0)
      this.#plugin.lognotice(`config/icloud.ini was read again: ${applied.join(', ')} changed`)
    if (waiting.length > 0)
      this.#plugin.logwarn(
        `config/icloud.ini: Haraka has to be restarted for ${waiting.join(', ')}; keeping the former value`,
      )
  }
}

import cluster from 'node:cluster'
import type { Server } from 'node:http'
import type { Plugin } from './haraka.ts'
import { createMetrics, type Counted, type Metrics, type MetricSources } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { endpoint, type Endpoint } from './option-kinds.ts'

/** The numbers, and where they are served: as `[metrics] listen` says now. */
export class LiveMetrics {
  readonly #plugin: Plugin
  readonly #sources: MetricSources
  /** Kept once it is there: what was counted stays counted. */
  #metrics: Metrics | null = null
  #wanted: Endpoint | null = null
  /** In one process only, the master. */
  #isServing = false
  #server: Server | null = null

  constructor(plugin: Plugin, sources: MetricSources) {
    this.#plugin = plugin
    this.#sources = sources
  }

  decided(counted: Counted): void {
    this.#metrics?.decided(counted)
  }

  /** `null`: nowhere. */
  follow(wanted: Endpoint | null): void {
    const isSame = shown(wanted) === shown(this.#wanted)
    this.#wanted = wanted
    if (isSame) return
    if (wanted !== null) this.#metrics ??= this.#create()
    if (this.#isServing) this.#serve()
  }

  /** To be called in the process that serves them. */
  serve(): void {
    this.#isServing = true
    this.#serve()
  }

  #serve(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = null
    if (this.#wanted === null || this.#metrics === null) return
    this.#server = serveMetrics(this.#metrics, this.#wanted, {
      ready: (url) => this.#plugin.lognotice(`metrics: ${url}`),
      failed: (why) => this.#plugin.logerror(`metrics: ${why}`),
    })
  }

  /** Not being able to count is no reason not to deliver. */
  #create(): Metrics | null {
    try {
      return createMetrics(this.#sources)
    } catch (error) {
      if (cluster.isPrimary)
        this.#plugin.logerror(
          `[metrics] listen: no numbers are served, as prom-client is not there (npm install prom-client): ${String(error)}`,
        )
      return null
    }
  }
}

function shown(wanted: Endpoint | null): string {
  return wanted === null ? '' : endpoint.show(wanted)
}

import cluster from 'node:cluster'
import { isIP } from 'node:net'
import path from 'node:path'
import { createEngine, lanePolicyOf, priorityOf, type Engine } from '@icloud-delivery/engine'
import { isAppleMx } from '@icloud-delivery/rules'
import { connectTimeOuts } from './connect-time-out.ts'
import { Destinations } from './destination.ts'
import { FindingsSeen } from './findings-seen.ts'
import { flushOnce } from './flush-once.ts'
import type { HMail, Mx, Outbound, Plugin, QueueModule } from './haraka.ts'
import { decisionLine, type Decision } from './decision-line.ts'
import { resultsOf } from './hmail-results.ts'
import { LiveMetrics } from './live-metrics.ts'
import { LivePolicy } from './live-policy.ts'
import { LivePreflight } from './live-preflight.ts'
import { LiveSettings } from './live-settings.ts'
import { loadWhenDue } from './load-when-due.ts'
import { mendSplits } from './mend-splits.ts'
import { mxResolver } from './mx-resolver.ts'
import { Parked } from './parked.ts'
import { printable } from './printable.ts'
import { queueAlone } from './queue-alone.ts'
import { readAgain } from './read-again.ts'
import { ReturnPaths } from './return-paths.ts'
import type { Answerer } from './seen.ts'
import type { Settings } from './settings.ts'
import type { Keeper } from './sockets.ts'
import { subjectOf } from './subject.ts'
import { TestBatches } from './test-batches.ts'
import { tryLedger } from './try-ledger.ts'
import { quicken } from './timer-queue.ts'
import { Turns } from './turns.ts'
import { unusedLanes } from './unused-lanes.ts'

/** These two are in ms, before `[policy] time_scale`. */
const LOOK_AGAIN = 60_000
const LONGEST_PARK = 3_600_000

/** What the hooks work with: one per process. */
export interface Runtime extends Keeper {
  plugin: Plugin
  /** Those in force now: not to be kept. */
  readonly settings: Settings
  engine: Engine
  destinations: Destinations
  parked: Parked
  returnPaths: ReturnPaths
  preflight: LivePreflight
  findingsSeen: FindingsSeen
  testBatches: TestBatches
  /** Before any mail: mends what in Haraka does not suit many messages that wait. */
  prepareHaraka: () => void
  /** In the master, before a queue is read: see {@link mendSplits}. `pid`: of the worker that has ended; `null`: at the start. */
  mendSplits: (pid: number | null) => void
  /** Once, at the start: says whether the ledger can be used. Waits for nothing. */
  tryLedger: () => void
  /** How often to look whether something has got better of which nobody tells us, in ms. */
  lookAgainMs: number
  /**
   * How long held mail sleeps before it asks again, in ms. A hold may last for days; but its mail may have got another
   * way out meanwhile, such as a smart host after a restart.
   */
  longestParkMs: number
  error: (message: string) => void
  /** Says that somebody has taken the queue file of a message away. */
  fileGone: (hmail: HMail) => void
  /** Tells of a decision wherever one looks for it: the log, the numbers, and the results that other plugins read. */
  decided: (decision: Decision, hmail?: HMail) => void
  metrics: LiveMetrics
  /** Loaded when first asked for: it reads the queue directory, which a mere configuration check does not have. */
  outbound: () => Outbound
  whoAnswers: (mx: Mx) => Answerer
  /** Says once per process that Haraka has changed and replies are read from what it notes. */
  warnUntapped: () => void
}

/** Reads the configuration and makes the engine. Opens nothing yet. */
export function createRuntime(plugin: Plugin): Runtime {
  const live = new LiveSettings(plugin)
  const settings = live.current
  const policy = new LivePolicy(plugin, live)
  // Once, and not by each worker.
  if (cluster.isPrimary) {
    const tellUnused = (): void => {
      for (const line of unusedLanes(live.current, policy.lanes)) plugin.logwarn(line)
    }
    tellUnused()
    live.onChange(tellUnused)
    const { mx } = settings.testing
    if (mx.length > 0) {
      const there = mx.map(({ exchange, port }) => `${exchange}:${port}`).join(', ')
      plugin.lognotice(`a test: [testing] mx is set, and mail for Apple goes to ${there}`)
    }
  }

  const resolveMx = mxResolver(settings.testing.mxRecords)
  const engine = createEngine({
    ledger: ledgerUrl(settings.ledger),
    ...(settings.buffer === null ? {} : { buffer: path.resolve(homeFolder(), settings.buffer) }),
    policy: policy.options,
    resolveMx,
    logger: { warn: (message) => plugin.logwarn(message), error: (message) => plugin.logerror(message) },
  })
  policy.follow(engine)
  const destinations = new Destinations(resolveMx, {
    ttl: settings.cacheTtl,
    size: settings.cacheSize,
    timeout: settings.resolveTimeout,
  })

  live.onChange(({ cacheTtl: ttl, cacheSize: size, resolveTimeout: timeout }) =>
    destinations.configure({ ttl, size, timeout }),
  )

  engine.on('mxDoubtful', ({ domain }) => destinations.doubt(domain))

  const returnPaths = new ReturnPaths(plugin, live)
  const turns = new Turns(engine)
  engine.on('held', () => turns.held(Date.now()))

  const outbound = (): Outbound => plugin.haraka_require('outbound') as Outbound
  const error = (message: string): void => plugin.logerror(message)
  const lookAgainMs = Math.max(1000, LOOK_AGAIN * settings.timeScale)
  const parked = new Parked({
    outbound,
    error,
    waitedFor: () => engine.waitedFor(),
    priorityOf({ todo }) {
      if (!todo) return 0
      const { stream, lane } = subjectOf(todo, live.current)
      return priorityOf(lanePolicyOf(policy.lanes, lane), stream)
    },
    clock: Date.now,
    pollMs: lookAgainMs,
  })
  engine.on('released', (what) => {
    if ('hold' in what) {
      const { scope, id } = what.hold
      plugin.lognotice(`released ${scope}/${printable(id, 320)}: what waited for it goes on`)
      parked.released(what.hold)
    } else {
      const { recipient, rule, origin } = what.suppression
      plugin.lognotice(`released <${printable(recipient, 320)}>: no longer suppressed (${rule ?? origin})`)
    }
  })
  engine.on('halfOpen', ({ hold, room }) => parked.halfOpen(hold, room))

  const findingsSeen = new FindingsSeen()
  engine.on('alert', ({ kind, subject, message, url }) => {
    const found = kind === 'canary-stopped' ? findingsSeen.of(subject) : []
    const where = [
      url === null ? '' : ` (${printable(url, 300)})`,
      found.length === 0 ? '' : `; found before it was sent: ${found.join(', ')}`,
    ].join('')
    plugin.logalert(`${kind} ${printable(subject, 320)}: ${printable(message, 500)}${where}`)
  })
  const metrics = new LiveMetrics(plugin, {
    engine,
    parked: () => parked.size,
    waiting: () => turns.waiting,
  })
  metrics.follow(settings.metricsListen)
  live.onChange(({ metricsListen }) => metrics.follow(metricsListen))

  let warned = false
  const warnUntapped = (): void => {
    if (warned) return
    warned = true
    plugin.logwarn(
      'this Haraka does not let its outbound connections be listened to; replies are read from its dsn_* notes, ' +
        'which are less exact, connections are counted until their message is done, and time-outs are ' +
        "Haraka's own. Please report it with the Haraka version.",
    )
  }
  let boundConnect: ReturnType<typeof connectTimeOuts> = null
  return {
    plugin,
    get settings() {
      return live.current
    },
    engine,
    turns,
    destinations,
    outbound,
    boundConnect: (mx, ms) => boundConnect?.(mx, ms),
    prepareHaraka() {
      if (quicken(outbound().temp_fail_queue)) flushOnce(outbound(), (domain) => destinations.isApple(domain))
      else
        plugin.logwarn(
          'this Haraka keeps deferred mail in another way than 3.3; with very many deferred messages it may stand still.',
        )
      queueAlone(outbound(), (todo) => returnPaths.signs(todo) && destinations.isKnownApple(todo.domain))
      readAgain(outbound(), error)
      loadWhenDue(queueModule(plugin), outbound(), (domain) => destinations.isApple(domain))
      boundConnect = connectTimeOuts(plugin)
      if (boundConnect === null) warnUntapped()
    },
    mendSplits(pid) {
      const { queue_dir: folder } = queueModule(plugin)
      if (folder !== undefined)
        mendSplits(folder, outbound().qfile, pid, (what) => plugin.logwarn(printable(what, 500)))
    },
    tryLedger: () => void tryLedger(ledgerUrl(settings.ledger), error),
    error,
    fileGone: ({ filename, todo }) =>
      error(`${filename} is no longer in the queue: message=${todo?.uuid} is not sent`),
    parked,
    returnPaths,
    preflight: new LivePreflight(plugin, live, homeFolder()),
    findingsSeen,
    testBatches: new TestBatches(engine, { error, warn: (message) => plugin.logwarn(message) }),
    metrics,
    decided(decision, hmail) {
      plugin.lognotice(decisionLine(decision))
      const { action, rule = null, stream } = decision
      metrics.decided({ action, rule, stream })
      if (hmail) noteResult(plugin, hmail, decision)
    },
    lookAgainMs,
    longestParkMs: Math.max(1000, LONGEST_PARK * settings.timeScale),
    whoAnswers: (mx) => whoAnswers(mx, settings.testing.mx),
    warnUntapped,
  }
}

function queueModule(plugin: Plugin): QueueModule {
  return plugin.haraka_require('outbound/queue') as QueueModule
}

function homeFolder(): string {
  return process.env.HARAKA ?? process.cwd()
}

/** A relative path starts at Haraka's directory, wherever Haraka was started from. */
function ledgerUrl(ledger: string | null): string {
  const home = homeFolder()
  if (ledger === null) return `file:${path.join(home, 'icloud.db')}`
  if (!ledger.startsWith('file:')) return ledger
  return `file:${path.resolve(home, ledger.slice('file:'.length).replace(/^\/\/(?=\/)/, ''))}`
}

/**
 * An MX that DNS gave has a name. One that another plugin gave may have none, and then it is a smart host and not Apple:
 * its replies are its own.
 */
function whoAnswers(mx: Mx, testing: Settings['testing']['mx']): Answerer {
  const stand = testing.find(({ exchange, port }) => exchange === mx.exchange && port === mx.port)
  const name = stand?.name ?? mx.from_dns ?? mx.exchange ?? null
  const ip = mx.exchange !== undefined && isIP(mx.exchange) !== 0 ? mx.exchange : null
  return { mx: name, direct: name !== null && isAppleMx(name), ip }
}

/** In words for people and logs, and, where those do not look (`_`), in parts for plugins. */
function noteResult(plugin: Plugin, hmail: HMail, decision: Decision): void {
  const { recipient, action, rule, reply = null } = decision
  const words = `${printable(recipient, 320)}: ${action}${rule ? ` (${rule})` : ''}`
  resultsOf(plugin, hmail)?.push(plugin, {
    msg: words,
    _decisions: { ...decision, reply: reply?.slice(0, 500) ?? null },
  })
}

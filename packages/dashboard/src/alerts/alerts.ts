import { randomUUID } from 'node:crypto'
import type { Alert, Engine, Logger, StoredEvent } from '@icloud-delivery/engine'
import { eventsAfter, newestId } from '../live/events-after.ts'
import { ranged, wrong } from '../options.ts'
import { itemOfAlert, itemOfEvent } from './alert-item.ts'
import {
  alertKey,
  emptyState,
  raise,
  release,
  resolve,
  type AlertState,
  type Pending,
} from './alert-state.ts'
import { overNow } from './is-over.ts'
import { toldOver } from './told-over.ts'
import type { AlertItem, AlertTarget, Notice } from './notice.ts'

/** What {@link createAlerts} takes. */
export interface AlertOptions {
  /** Whose alerts: those of all processes that share its ledger. */
  engine: Engine
  /** Where they go: `webhook()`, `slack()`, `email()`, or a function, each of which gets them all. */
  to: readonly (AlertTarget | ((notice: Notice) => unknown))[]
  /** What comes within so many seconds goes out together, 0 to 3,600. Default 10. */
  groupSeconds?: number
  /** A target that does not answer for so long has failed, seconds, 0.1 to 300. Default 10. */
  timeoutSeconds?: number
  /** The first wait before a failed target is tried again, seconds, 0.01 to 3,600; doubles up to 10 minutes. Default 5. */
  retrySeconds?: number
  /** How often the ledger is looked at, ms, 20 to 60,000. Default 1,000. */
  pollMs?: number
  /** Which alerts these are, where one ledger has several. Default `default`. */
  name?: string
  /** ms since the epoch. Default `Date.now`. */
  clock?: () => number
  /** Default: `console`. */
  logger?: Logger
}

/** Alerts on their way to people. */
export interface Alerts {
  /** Ends the work. What was not sent yet is sent by the next process, or after a restart. */
  close(): Promise<void>
}

const longestWaitMs = 600_000
const keptMs = 3 * 86_400_000
const mostAtOnce = 10_000
const mostAlerts = 1000

/**
 * Tells people what they should look at: grouped, once for each cause, with the evidence and the first fix, and again when it is
 * over. Everything stands in the ledger: of all processes that call it one does the work, and what could not be sent is tried
 * again, also after a restart.
 *
 * @throws DashboardError `EARGUMENT`
 */
export function createAlerts(options: AlertOptions): Alerts {
  return new AlertSender(options)
}

class AlertSender implements Alerts {
  private readonly engine: Engine
  private readonly targets: readonly AlertTarget[]
  private readonly key: string
  private readonly id: string = randomUUID()
  private readonly groupMs: number
  private readonly timeoutMs: number
  private readonly retryMs: number
  private readonly pollMs: number
  private readonly leaseMs: number
  private readonly clock: () => number
  private readonly logger: Logger
  private timer: NodeJS.Timeout | null = null
  private turning: Promise<void> | null = null
  private isOver = false
  /** Alerts of this process that are in no event log. */
  private local: AlertItem[] = []
  /** What is sent while the ledger is out of reach. */
  private readonly direct = new Set<Promise<unknown>>()
  private readonly onAlert = (alert: Alert): void => this.take(alert)

  constructor(options: AlertOptions) {
    const call = 'createAlerts'
    const { engine, to, name = 'default', clock = Date.now, logger = console } = options ?? {}
    if (typeof engine?.ledger?.events !== 'function') throw wrong(call, 'engine', 'an engine', engine)
    if (!Array.isArray(to) || to.length === 0) throw wrong(call, 'to', 'a list of at least one target', to)
    if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
      throw wrong(call, 'name', 'a name of letters, digits, dots and hyphens', name)
    this.engine = engine
    this.targets = to.map(targetOf)
    const names = this.targets.map((target) => target.name)
    if (new Set(names).size < names.length)
      throw wrong(call, 'to', 'targets of different names (their option name)', names.join(', '))
    this.key = `alerts/${name}`
    this.groupMs = ranged(call, 'groupSeconds', options.groupSeconds, 10, 0, 3600) * 1000
    this.timeoutMs = ranged(call, 'timeoutSeconds', options.timeoutSeconds, 10, 0.1, 300) * 1000
    this.retryMs = ranged(call, 'retrySeconds', options.retrySeconds, 5, 0.01, 3600) * 1000
    this.pollMs = ranged(call, 'pollMs', options.pollMs, 1000, 20, 60_000)
    this.leaseMs = 2 * this.timeoutMs + 3 * this.pollMs
    this.clock = clock
    this.logger = logger
    engine.on('alert', this.onAlert)
    this.schedule(0)
  }

  async close(): Promise<void> {
    this.isOver = true
    this.engine.off('alert', this.onAlert)
    if (this.timer !== null) clearTimeout(this.timer)
    await this.turning
    await Promise.allSettled(this.direct)
    // Another process need not wait until the lease ends.
    await this.change((state) => (state.owner?.id === this.id ? { ...state, owner: null } : state)).catch(
      () => {},
    )
  }

  private take(alert: Alert): void {
    if (alert.kind !== 'ledger-out-of-reach' && alert.kind !== 'buffer-damaged') return this.schedule(20)
    // It cannot be written down: told at once, and written down when that goes again.
    const item = itemOfAlert(alert)
    // Each damaged file is news; that the ledger is out of reach is said again and again.
    const isSame = (known: AlertItem): boolean =>
      alertKey(known) === alertKey(item) && (item.kind !== 'buffer-damaged' || known.message === item.message)
    if (this.local.some(isSame)) return
    this.local.push(item)
    const notice: Notice = { id: randomUUID(), type: 'alert', at: this.clock(), alerts: [item] }
    for (const target of this.targets) {
      const sending = this.send(target, notice).catch((error: unknown) => this.complain(target, error, 0))
      this.direct.add(sending)
      void sending.finally(() => this.direct.delete(sending))
    }
  }

  private schedule(ms: number): void {
    if (this.isOver || this.turning !== null) return
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = null
      this.turning = this.turn()
        .catch((error: unknown) =>
          this.logger.warn(`icloud-delivery: alerts wait for the ledger: ${short(error)}`),
        )
        .finally(() => {
          this.turning = null
          this.schedule(this.pollMs)
        })
    }, ms)
    this.timer.unref()
  }

  private async turn(): Promise<void> {
    const state = await this.gather()
    if (state === null) return
    const now = this.clock()
    await Promise.all(
      this.targets.map(async (target) => {
        const [first] = state.pending[target.name] ?? []
        if (first !== undefined && first.nextAt <= now) await this.deliver(target, first)
      }),
    )
  }

  /** Takes in what was raised and what is over. `null`: another process does the work. */
  private async gather(): Promise<AlertState | null> {
    const [entry] = await this.engine.ledger.read([this.key])
    const before = (entry?.value as AlertState | undefined) ?? emptyState
    const now = this.clock()
    if (before.owner !== null && before.owner.id !== this.id && before.owner.until > now) return null
    const { engine } = this
    // What happened before alerts were first made is known already.
    const seen = before.seen === -1 ? await newestId(engine.ledger) : before.seen
    const events = await this.newEvents(seen)
    const raised = events.filter(({ type }) => type === 'alert')
    const holds = raised.length === 0 ? [] : await engine.holds()
    const items = await Promise.all(raised.map((event) => itemOfEvent(engine, event, holds)))
    const names = this.targets.map(({ name }) => name)
    // Of all those, and not only of the fresh ones: a restart forgets nothing.
    let next = raise({ ...before, seen: events.at(-1)?.id ?? seen }, items, now, this.groupMs)
    const local = this.local
    next = {
      ...next,
      open: { ...next.open, ...Object.fromEntries(local.map((item) => [alertKey(item), item])) },
    }
    const { over, forgotten } = await overNow(engine, Object.values(next.open), now)
    next = resolve(next, [...over, ...toldOver(events, Object.values(next.open))], names, now, randomUUID())
    next = {
      ...release(next, names, now, randomUUID()),
      owner: { id: this.id, until: now + this.leaseMs },
    }
    next.open = Object.fromEntries(Object.entries(next.open).filter(([key]) => !forgotten.includes(key)))
    next.pending = Object.fromEntries(Object.entries(next.pending).filter(([name]) => names.includes(name)))
    if (isWorthWriting(before, next, now, this.leaseMs)) {
      const change = { key: this.key, expected: entry?.version ?? 0, value: next }
      if (!(await engine.ledger.write([change]))) return null
    }
    this.local = this.local.filter((item) => !local.includes(item))
    return next
  }

  /** Where more came than is read in a second, such as after a long stop, the alerts among it are looked for. */
  private async newEvents(seen: number): Promise<StoredEvent[]> {
    const { ledger } = this.engine
    const { events, gap } = await eventsAfter(ledger, seen, mostAtOnce)
    const [first] = events
    if (!gap || first === undefined) return events
    const kinds = ['alert', 'alert-over']
    const pages = await Promise.all(
      kinds.map((type) => ledger.events({ type, limit: mostAlerts, before: first.id })),
    )
    const earlier = pages.flat().filter(({ id }) => id > seen)
    return [...earlier.toSorted((a, b) => a.id - b.id), ...events]
  }

  private async deliver(target: AlertTarget, { notice, tries }: Pending): Promise<void> {
    let nextAt: number | null = null
    try {
      await this.send(target, notice)
    } catch (error) {
      const wait = Math.min(this.retryMs * 2 ** tries, longestWaitMs)
      const now = this.clock()
      nextAt = now - notice.at > keptMs ? null : now + wait
      this.complain(target, error, nextAt === null ? null : wait)
    }
    await this.change((state) => {
      const waiting = state.pending[target.name] ?? []
      const rest = waiting.filter((one) => one.notice.id !== notice.id)
      const again = nextAt === null ? [] : [{ notice, tries: tries + 1, nextAt }]
      return { ...state, pending: { ...state.pending, [target.name]: [...again, ...rest] } }
    })
    // The next one need not wait.
    if (nextAt === null) setImmediate(() => this.schedule(0))
  }

  private async send(target: AlertTarget, notice: Notice): Promise<void> {
    const abort = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.timeoutMs / 1000} s`))
        abort.abort()
      }, this.timeoutMs)
    })
    try {
      await Promise.race([Promise.resolve(target.send(notice, abort.signal)), late])
    } finally {
      clearTimeout(timer)
    }
  }

  private async change(next: (state: AlertState) => AlertState): Promise<void> {
    for (;;) {
      const [entry] = await this.engine.ledger.read([this.key])
      if (entry == null) return
      const value = next(entry.value as AlertState)
      if (value === entry.value) return
      if (await this.engine.ledger.write([{ key: this.key, expected: entry.version, value }])) return
    }
  }

  /** @param wait ms until the next try; `null`: it is given up */
  private complain({ name }: AlertTarget, error: unknown, wait: number | null): void {
    const then =
      wait === null ? 'it is given up after 3 days' : `it is tried again in ${Math.ceil(wait / 1000)} s`
    this.logger.warn(`icloud-delivery: the alert target ${name} failed (${short(error)}); ${then}`)
  }
}

function targetOf(target: unknown, index: number): AlertTarget {
  if (typeof target === 'function') {
    const send = target as (notice: Notice) => unknown
    return { name: `function ${index}`, send: async (notice) => send(notice) }
  }
  if (typeof (target as AlertTarget | null)?.send === 'function') return target as AlertTarget
  throw wrong('createAlerts', `to[${index}]`, 'webhook(), slack(), email() or a function', target)
}

/** A lease is renewed when half of it is over; nothing else changes while nothing happens. */
function isWorthWriting(before: AlertState, next: AlertState, now: number, leaseMs: number): boolean {
  if (before.owner?.id !== next.owner?.id || (before.owner?.until ?? 0) - now < leaseMs / 2) return true
  const { owner: _, seen: __, ...a } = before
  const { owner: ___, seen: ____, ...b } = next
  return JSON.stringify(a) !== JSON.stringify(b) || next.seen - before.seen > 1000
}

function short(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, 200)
}

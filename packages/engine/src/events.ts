import { didYouMean } from './did-you-mean.ts'
import { EngineError, found } from './errors.ts'
import type { Action } from './record/action.ts'
import type { EngineEvents, Logger } from './engine.ts'

type Listener = (payload: never) => void

const known: readonly string[] = Object.keys({
  delivered: true,
  suppressed: true,
  softBounced: true,
  retry: true,
  failed: true,
  held: true,
  released: true,
  halfOpen: true,
  unknown: true,
  mxDoubtful: true,
  alert: true,
  incident: true,
} satisfies Record<keyof EngineEvents, true>)

/** Listeners by event. A listener that throws is logged, and disturbs neither the engine nor the others. */
export class Events {
  private readonly listeners = new Map<keyof EngineEvents, Set<Listener>>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  on<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void {
    if (!known.includes(event)) {
      throw new EngineError(
        'EARGUMENT',
        `on: there is no event ${found(event)}${didYouMean(event, known)}; expected one of ${known.join(', ')}`,
      )
    }
    const set = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, set.add(listener))
  }

  off<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void {
    this.listeners.get(event)?.delete(listener)
  }

  emit<K extends keyof EngineEvents>(event: K, payload: EngineEvents[K]): void {
    const set = this.listeners.get(event)
    if (set === undefined) return
    for (const listener of [...set] as ((payload: EngineEvents[K]) => unknown)[]) {
      try {
        const result = listener(payload)
        if (result instanceof Promise) result.catch((error: unknown) => this.complain(event, error))
      } catch (error) {
        this.complain(event, error)
      }
    }
  }

  private complain(event: string, error: unknown): void {
    this.logger.error(`icloud-delivery: a listener for "${event}" failed: ${String(error).slice(0, 300)}`)
  }
}

/** The events that an action is told by. */
export function emitAction(events: Events, action: Action): void {
  emitByType(events, action)
  if (action.holds.length > 0 && action.type !== 'hold') events.emit('held', action)
  if (action.verdict?.provider === 'apple' && action.verdict.rule?.startsWith('unknown-'))
    events.emit('unknown', action)
}

function emitByType(events: Events, action: Action): void {
  switch (action.type) {
    case 'delivered':
      return events.emit('delivered', action)
    case 'retry':
      return events.emit('retry', action)
    case 'soft-bounce':
      return events.emit('softBounced', action)
    case 'suppress':
      return events.emit('suppressed', action)
    case 'fail':
      return events.emit('failed', action)
    case 'hold':
      return events.emit('held', action)
    case 'handed-over':
    case 'pass':
      return
  }
}

import type { Action } from './action.ts'
import type { EngineEvents, Logger } from './engine.ts'

type Listener = (payload: never) => void

/** Listeners by event. A listener that throws is logged, and disturbs neither the engine nor the others. */
export class Events {
  private readonly listeners = new Map<keyof EngineEvents, Set<Listener>>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  on<K extends keyof EngineEvents>(event: K, listener: (payload: EngineEvents[K]) => void): void {
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

const eventOf: Partial<
  Record<Action['type'], 'delivered' | 'retry' | 'softBounced' | 'suppressed' | 'failed' | 'held'>
> = {
  delivered: 'delivered',
  retry: 'retry',
  'soft-bounce': 'softBounced',
  suppress: 'suppressed',
  fail: 'failed',
  hold: 'held',
}

/** The events that an action is told by. */
export function emitAction(events: Events, action: Action): void {
  const event = eventOf[action.type]
  if (event !== undefined) events.emit(event, action)
  if (action.holds.length > 0 && event !== 'held') events.emit('held', action)
  if (action.verdict?.provider === 'apple' && action.verdict.rule?.startsWith('unknown-'))
    events.emit('unknown', action)
}

import type { Action, Engine, HoldRef, Incident } from '@icloud-delivery/engine'
import { Counts } from './figures.ts'
import { secondAt } from './time.ts'

/** When a scope was closed by replies, and when a probe opened it again; seconds. */
export interface HoldSpan {
  scope: string
  rule: string
  from: number
  until: number | null
}

/** An incident as the engine saw it; seconds. */
export interface SeenIncident {
  rules: readonly string[]
  since: number
  noticedAt: number
  endedAt: number | null
  /** Attempts that were retried for its sake, recipients given back, messages of its onset that were given up. */
  retried: number
  takenBack: number
  givenUp: number
}

/** Writes down what the engine tells besides its answers. */
export class Watch {
  readonly holds: HoldSpan[] = []
  readonly alerts: Counts = new Counts()
  private readonly seen = new Map<string, SeenIncident>()
  private readonly open = new Map<string, HoldSpan>()
  private readonly now: () => number

  constructor(engine: Engine, now: () => number) {
    this.now = now
    engine.on('held', (action) => this.held(action))
    engine.on('released', (what) => {
      if ('hold' in what) this.released(what.hold)
    })
    engine.on('alert', ({ kind }) => this.alerts.add(kind))
    engine.on('incident', ({ incident }) => this.seen.set(incident.id, seenIncident(incident)))
  }

  /** In the order in which they were noticed. */
  get incidents(): SeenIncident[] {
    return [...this.seen.values()]
  }

  private held(action: Action): void {
    for (const { scope, id } of action.holds) {
      const span: HoldSpan = {
        scope: `${scope}/${id}`,
        rule: action.verdict?.rule ?? 'no-reply',
        from: this.now(),
        until: null,
      }
      this.holds.push(span)
      this.open.set(span.scope, span)
    }
  }

  private released({ scope, id }: HoldRef): void {
    const span = this.open.get(`${scope}/${id}`)
    if (span === undefined) return
    span.until = this.now()
    this.open.delete(span.scope)
  }
}

function seenIncident(incident: Incident): SeenIncident {
  const { rules, since, detectedAt, endedAt, retried, takenBack, givenUp } = incident
  return {
    rules,
    since: secondAt(since),
    noticedAt: secondAt(detectedAt),
    endedAt: endedAt === null ? null : secondAt(endedAt),
    retried,
    takenBack,
    givenUp,
  }
}

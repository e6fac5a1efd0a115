import { watchClosings } from './closings-watch.ts'
import { decideIncidents, type IncidentsDecision } from './decide-incidents.ts'
import { findJumps, type Seen } from './find-jumps.ts'
import { findStorms, isEverywhere, onsetOf, type Storm } from './find-storms.ts'
import { incidentAlert } from './incident-alert.ts'
import { closedBy, countsKey, openKey, pastKey, type IncidentState } from './incident.ts'
import type { IncidentParts } from './incidents.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Change, Count, LedgerEvent } from '../ledger/ledger.ts'
import { keepCountsMs } from './take-back.ts'
import type { Slot } from './slots.ts'
import { kindsOf } from './slots.ts'
import { SlotBook } from './slot-book.ts'
import { placesSince } from './storm-places.ts'
import { usualOf, type Exception } from './usual.ts'

/** Looks at the numbers and writes what is decided. */
export class IncidentWatch {
  private readonly parts: IncidentParts
  private readonly book: SlotBook

  constructor(parts: IncidentParts) {
    this.parts = parts
    this.book = new SlotBook(parts.ledger, parts.signals.resolutions)
  }

  /**
   * Opens, widens and ends incidents. What is decided is written before anything is done about it; whoever wrote it raises
   * the alert.
   *
   * @param announcedAt when Apple itself last spoke of an outage, ms since the epoch
   */
  async check(announcedAt: number | null): Promise<IncidentsDecision> {
    const { ledger, policy, clock, signals } = this.parts
    await signals.flush()
    const now = clock()
    const slots = await this.book.read(now)
    const { day } = slots
    const givenUp = new Map<string, number>()
    return untilWritten(async () => {
      const [entry] = await ledger.read([openKey])
      const state = (entry?.value ?? {}) as IncidentState
      const seen = this.seen(state, slots, now)
      const jumps = findJumps(kindsOf(day, 'recipient'), seen, policy.incidents)
      const storms: Storm[] = []
      for (const storm of findStorms(kindsOf(day, 'policy'), seen, policy.incidents)) {
        const places = await placesSince(ledger, storm.since, now, signals.resolutions)
        if (!isEverywhere(storm.kind, places, policy.incidents)) continue
        const since = onsetOf(storm.kind, storm.since, seen)
        storms.push({ ...storm, since })
        const all = since < storm.since ? await placesSince(ledger, since, now, signals.resolutions) : places
        givenUp.set(
          storm.kind,
          all.reduce((sum, place) => sum + place.refused, 0),
        )
      }
      const isKnown = (kind: string): boolean =>
        storms.some((storm) => storm.kind === kind) ||
        state.open?.some(({ covers }) => covers.some((cover) => cover.kind === kind)) === true
      const others = kindsOf(day, 'policy').filter((kind) => !isKnown(kind))
      for (const found of await watchClosings(this.parts, others, seen)) {
        storms.push(found.storm)
        givenUp.set(found.storm.kind, found.givenUp)
      }
      const decision = decideIncidents(state, { jumps, storms, announcedAt }, seen, policy.incidents)
      if (decision.state === state) return decision
      const value = Object.keys(decision.state).length === 0 ? null : decision.state
      const changes: Change[] = [{ key: openKey, expected: entry?.version ?? 0, value }]
      for (const incident of decision.ended)
        changes.push({ key: pastKey(incident.id), expected: 0, value: incident })
      const counts = decision.opened.flatMap(({ id, covers }): Count[] =>
        covers.flatMap(({ kind }) => {
          const by = givenUp.get(kind)
          return by === undefined
            ? []
            : [{ group: countsKey(id), field: 'given-up', by, at: now, keepMs: keepCountsMs }]
        }),
      )
      return (await ledger.write(changes, linesOf(decision, now), counts)) ? decision : undefined
    })
  }

  private seen(
    state: IncidentState,
    { day, week }: { day: readonly Slot[]; week: readonly Slot[] },
    now: number,
  ): Seen {
    const { hour, day: dayOf } = this.parts.signals.resolutions
    const closed = closedBy(now, state)
    const exceptions = [
      ...(state.open ?? []).flatMap(({ covers }) => covers.map((cover) => ({ ...cover, until: now }))),
      ...closed.filter(({ by }) => by !== 'hand').map((one) => ({ ...one, until: one.at })),
    ].map(({ kind, since, until }): Exception => ({ kind, from: since, until }))
    const usual = usualOf(week, hour.width, exceptions)
    const closedAt = new Map<string, number>()
    for (const { kind, at, usual: said = 0 } of closed) {
      closedAt.set(kind, Math.max(at, closedAt.get(kind) ?? -Infinity))
      if (said > (usual.get(kind) ?? 0)) usual.set(kind, said)
    }
    return { slots: day, usual, closedAt, now, dayMs: dayOf.width }
  }
}

function linesOf({ opened, widened, ended }: IncidentsDecision, now: number): LedgerEvent[] {
  return [
    ...opened.flatMap((incident) => {
      const { kind, message, rule, numbers } = incidentAlert(incident, now)
      const { id, since, covers } = incident
      const rules = covers.map((cover) => cover.kind)
      return [
        { at: now, type: 'incident-opened', subject: id, data: { rules, since, numbers } },
        { at: now, type: 'alert', subject: id, data: { kind, message, rule, numbers } },
      ]
    }),
    ...widened.map(({ id, covers, since }) => ({
      at: now,
      type: 'incident-widened',
      subject: id,
      data: { rules: covers.map((cover) => cover.kind), since },
    })),
    ...ended.map(({ id, since, endedBy }) => ({
      at: now,
      type: 'incident-closed',
      subject: id,
      data: { since, by: endedBy },
    })),
  ]
}

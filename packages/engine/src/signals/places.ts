import { BoundedNames } from './bounded-names.ts'
import type { Route } from '../subject.ts'
import { messageField } from './tally.ts'

/** Sending domains that are counted by themselves, a day and process. */
const mostDomains = 200
/** Lanes and streams, likewise: a name may come from a message header. */
const mostNames = 50
/** Places that are remembered; far more than a sender has. */
const mostPlaces = 2000

/** Where mail of one sending domain, lane and stream is counted: the names of its series and fields. */
export interface Place {
  series: string
  prefix: string
  delivered: string
  message: string
}

type ByStream = Map<string, Place>
type ByLane = Map<string, ByStream>

/** The places of a day. Names that are made once need not be hashed again for each outcome. */
export class Places {
  private readonly domains = new BoundedNames(mostDomains)
  private readonly lanes = new BoundedNames(mostNames)
  private readonly streams = new BoundedNames(mostNames)
  private byDomain = new Map<string | null, ByLane>()
  private day = -Infinity
  private size = 0

  /** @param day the number of the day: each has its own bounds */
  of({ senderDomain, lane, stream }: Route, day: number): Place {
    if (day !== this.day || this.size >= mostPlaces) {
      this.byDomain = new Map()
      this.size = 0
      this.day = day
    }
    let byLane = this.byDomain.get(senderDomain)
    if (byLane === undefined) this.byDomain.set(senderDomain, (byLane = new Map<string, ByStream>()))
    let byStream = byLane.get(lane)
    if (byStream === undefined) byLane.set(lane, (byStream = new Map<string, Place>()))
    const known = byStream.get(stream)
    if (known !== undefined) return known
    const prefix = `${this.lanes.of(lane, day)} ${this.streams.of(stream, day)}`
    const place: Place = {
      series: `d/${this.domains.of(senderDomain ?? '<>', day)}`,
      prefix,
      delivered: `${prefix} delivered`,
      message: prefix + messageField,
    }
    byStream.set(stream, place)
    this.size++
    return place
  }
}

import { BoundedNames } from './bounded-names.ts'
import type { Route } from '../subject.ts'
import { messageField, ofFromDomain } from './tally.ts'

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
  /** The series of the From domain and submitter, where `series` does not tell them apart. */
  fromSeries: string | null
}

type ByAuthor = Map<string, Place>
type ByStream = Map<string, ByAuthor>
type ByLane = Map<string, ByStream>

/** The places of a day. Names that are made once need not be hashed again for each outcome. */
export class Places {
  private readonly domains = new BoundedNames(mostDomains)
  private readonly lanes = new BoundedNames(mostNames)
  private readonly streams = new BoundedNames(mostNames)
  private readonly froms = new BoundedNames(mostDomains)
  private byDomain = new Map<string | null, ByLane>()
  private day = -Infinity
  private size = 0

  /** @param day the number of the day: each has its own bounds */
  of(route: Route, day: number): Place {
    if (day !== this.day || this.size >= mostPlaces) {
      this.byDomain = new Map()
      this.size = 0
      this.day = day
    }
    const { senderDomain, lane, stream } = route
    let byLane = this.byDomain.get(senderDomain)
    if (byLane === undefined) this.byDomain.set(senderDomain, (byLane = new Map<string, ByStream>()))
    let byStream = byLane.get(lane)
    if (byStream === undefined) byLane.set(lane, (byStream = new Map<string, ByAuthor>()))
    let byAuthor = byStream.get(stream)
    if (byAuthor === undefined) byStream.set(stream, (byAuthor = new Map<string, Place>()))
    const author = authorOf(route)
    const known = byAuthor.get(author)
    if (known !== undefined) return known
    const place = this.make(route, author, day)
    byAuthor.set(author, place)
    this.size++
    return place
  }

  private make({ senderDomain, lane, stream }: Route, author: string, day: number): Place {
    const prefix = `${this.lanes.of(lane, day)} ${this.streams.of(stream, day)}`
    return {
      series: `d/${this.domains.of(senderDomain ?? '<>', day)}`,
      prefix,
      delivered: `${prefix} delivered`,
      message: prefix + messageField,
      fromSeries: author === '' ? null : ofFromDomain + this.froms.of(author, day),
    }
  }
}

/** Whose mail it is, where the sending domain does not say so. */
function authorOf({ senderDomain, fromDomain, submitter, lane, stream }: Route): string {
  const isOfItsOwn = fromDomain !== null && (fromDomain !== senderDomain || submitter !== null)
  return isOfItsOwn ? `${fromDomain}/${stream}/${submitter ?? lane}` : ''
}

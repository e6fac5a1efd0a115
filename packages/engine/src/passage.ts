import type { Subject } from './record/outcome.ts'
import { scopeKey, scopesOf } from './state/state.ts'
import { routeOf, type Route } from './subject.ts'

/** The route of a request, and the ledger keys of the scopes on it, in the order of `scopesOf`. */
export interface Passage {
  route: Route
  scopeKeys: readonly string[]
}

type Asked = Omit<Subject, 'recipient'>

/** Passages that are remembered; more than a sender has, unless each message has an envelope sender of its own. */
const mostKnown = 1000

/** What has a longer part is not remembered: names may come from a message header. */
const longestPart = 300

/** By one part after the other: looking strings up that are known costs less than making one of them all. */
type Level = Map<string | undefined, Level | Passage>

/** Finds the {@link Passage} of a request. Mostly it is that of the last one, or one of not so many. */
export class Passages {
  private known: Level = new Map()
  private size = 0
  private last: { asked: Asked; passage: Passage } | null = null

  /** Throws `EARGUMENT` for wrong types. */
  of({ sender, stream, lane, hop, from, submitter, campaign }: Asked, call: string): Passage {
    const asked = this.last?.asked
    if (
      this.last !== null &&
      asked?.sender === sender &&
      asked.stream === stream &&
      asked.lane === lane &&
      asked.hop === hop &&
      asked.from === from &&
      asked.submitter === submitter &&
      asked.campaign === campaign
    ) {
      return this.last.passage
    }
    const given = { sender, stream, lane, hop, from, submitter, campaign } as Asked
    const parts = [sender, stream, lane, hop, from, submitter, campaign]
    let passage = this.find(parts)
    if (passage === undefined) {
      const route = routeOf(given, call)
      passage = { route, scopeKeys: scopesOf(route).map(scopeKey) }
      this.remember(parts, passage)
    }
    this.last = { asked: given, passage }
    return passage
  }

  private find(parts: readonly (string | undefined)[]): Passage | undefined {
    let found: Level | Passage | undefined = this.known
    for (const part of parts) {
      found = (found as Level).get(part)
      if (found === undefined) return undefined
    }
    return found as Passage
  }

  private remember(parts: readonly (string | undefined)[], passage: Passage): void {
    if (parts.some((part) => part !== undefined && part.length > longestPart)) return
    if (this.size >= mostKnown) {
      this.known = new Map()
      this.size = 0
    }
    let level = this.known
    for (const part of parts.slice(0, -1)) {
      let next = level.get(part) as Level | undefined
      if (next === undefined) level.set(part, (next = new Map<string | undefined, Level | Passage>()))
      level = next
    }
    level.set(parts.at(-1), passage)
    this.size++
  }
}

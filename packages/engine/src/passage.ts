import type { Subject } from './record/outcome.ts'
import { scopeKey, scopesOf } from './state/state.ts'
import { routeOf, type Route } from './subject.ts'

/** The route of a request, and the ledger keys of the scopes on it, in the order of `scopesOf`. */
export interface Passage {
  route: Route
  scopeKeys: readonly string[]
}

type Asked = Omit<Subject, 'recipient'>

/** Finds the {@link Passage} of a request. Mostly it is that of the last one: a mailing has one sender. */
export class Passages {
  private last: { asked: Asked; passage: Passage } | null = null

  /** Throws `EARGUMENT` for wrong types. */
  of({ sender, stream, lane, hop }: Asked, call: string): Passage {
    const asked = this.last?.asked
    if (
      this.last !== null &&
      asked?.sender === sender &&
      asked.stream === stream &&
      asked.lane === lane &&
      asked.hop === hop
    ) {
      return this.last.passage
    }
    const given = { sender, stream, lane, hop } as Asked
    const route = routeOf(given, call)
    const passage = { route, scopeKeys: scopesOf(route).map(scopeKey) }
    this.last = { asked: given, passage }
    return passage
  }
}

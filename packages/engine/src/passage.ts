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
/** A key that is longer is not remembered: names may come from a message header. */
const longestKey = 1000

/** Finds the {@link Passage} of a request. Mostly it is that of the last one, or one of not so many. */
export class Passages {
  private readonly known = new Map<string, Passage>()
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
    const key = keyOf([sender, stream, lane, hop, from, submitter, campaign])
    let passage = key === null ? undefined : this.known.get(key)
    if (passage === undefined) {
      const route = routeOf(given, call)
      passage = { route, scopeKeys: scopesOf(route).map(scopeKey) }
      if (this.known.size >= mostKnown) this.known.clear()
      if (key !== null) this.known.set(key, passage)
    }
    this.last = { asked: given, passage }
    return passage
  }
}

/** One text for all parts; with their lengths, so that no other parts have the same. `null` for wrong types. */
function keyOf(parts: readonly unknown[]): string | null {
  let lengths = ''
  let text = ''
  for (const part of parts) {
    if (part === undefined) lengths += '-'
    else if (typeof part === 'string') {
      lengths += `${part.length},`
      text += part
    } else return null
  }
  return text.length > longestKey ? null : `${lengths} ${text}`
}

import { isFinal, isKept, type Happening } from './happening.ts'

const quietMs = 3000

/** What to do with a happening: tell it, or leave it out, or sum up how often Apple has refused by now. */
export type Telling = 'tell' | 'leave out' | { refusals: number }

interface Waiting {
  told: Set<string>
  refusals: number
  /** ms since the epoch. */
  lastToldAt: number
}

/** Keeps mail that waits from saying the same several times a second: what is new is told, the rest every 3 s. */
export class Repeats {
  readonly #waiting = new Map<string, Waiting>()

  tellingOf(happening: Happening): Telling {
    if (happening.kind !== 'outcome' && happening.kind !== 'kept-back') return 'tell'
    const { recipient, at } = happening
    if (isOver(happening)) {
      this.#waiting.delete(recipient)
      return 'tell'
    }
    const waiting = this.#waiting.get(recipient) ?? { told: new Set(), refusals: 0, lastToldAt: at }
    this.#waiting.set(recipient, waiting)
    if (happening.kind === 'outcome') waiting.refusals += 1
    const what =
      happening.kind === 'outcome' ? `${happening.outcome} ${String(happening.rule)}` : happening.why
    const isNew = !waiting.told.has(what)
    if (!isNew && at - waiting.lastToldAt < quietMs) return 'leave out'
    waiting.told.add(what)
    waiting.lastToldAt = at
    return isNew ? 'tell' : { refusals: waiting.refusals }
  }
}

function isOver(happening: Extract<Happening, { kind: 'outcome' | 'kept-back' }>): boolean {
  if (happening.kind === 'outcome') return isFinal(happening.outcome)
  return !isKept(happening.why)
}

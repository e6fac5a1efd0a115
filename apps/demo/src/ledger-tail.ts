import type { Engine, StoredEvent } from '@icloud-delivery/engine'
import type { Happening, Outcome } from './happening.ts'

const everyMs = 50
const atOnce = 1000

const outcomes: ReadonlySet<string> = new Set<Outcome>([
  'delivered',
  'retry',
  'hold',
  'soft-bounce',
  'suppress',
  'fail',
])

/**
 * Reads the ledger's event log as it grows. Haraka writes it in another process, so it is looked at every 50 ms. Gives a
 * way to end it, which resolves when no read is under way any more.
 */
export function followLedger(
  engine: Engine,
  tell: (happening: Happening) => void,
  fail: (error: Error) => void,
): () => Promise<void> {
  let last = 0
  const toHappening = reader()
  let ended = false
  let timer: NodeJS.Timeout | undefined
  let reading: Promise<void> = Promise.resolve()
  const read = async (): Promise<void> => {
    const events = await engine.ledger.events({ limit: atOnce })
    const fresh = events.filter(({ id }) => id > last).toReversed()
    last = fresh.at(-1)?.id ?? last
    for (const event of fresh) {
      const happening = toHappening(event)
      if (happening) tell(happening)
    }
  }
  const turn = (): void => {
    reading = read().then(() => {
      if (!ended) timer = setTimeout(turn, everyMs)
    }, fail)
  }
  turn()
  return () => {
    ended = true
    clearTimeout(timer)
    return reading
  }
}

/** What closes or opens a scope stands right behind the outcome that did it. */
function reader(): (event: StoredEvent) => Happening | null {
  let before: StoredEvent | null = null
  return (event) => {
    const { at, type, subject, data } = event
    if (type === 'scope-held' || type === 'scope-released') {
      const slash = subject.indexOf('/')
      const change = type === 'scope-held' ? 'held' : 'released'
      const recipient = before && before.data.messageId === data.messageId ? before.subject : null
      return {
        kind: 'scope',
        at,
        scope: subject.slice(0, slash),
        id: subject.slice(slash + 1),
        change,
        byHand: data.by === 'hand',
        recipient,
      }
    }
    before = event
    return outcomeOf(event)
  }
}

function outcomeOf({ at, type, subject, data }: StoredEvent): Happening | null {
  if (!outcomes.has(type)) return null
  return {
    kind: 'outcome',
    at,
    recipient: subject,
    outcome: type as Outcome,
    rule: typeof data.rule === 'string' ? data.rule : null,
    reply: typeof data.reply === 'string' ? data.reply : '',
    retryAt: typeof data.retryAt === 'number' ? data.retryAt : null,
  }
}

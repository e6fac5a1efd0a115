import type { Admission, AdmitRequest, Engine, Hop } from '@icloud-delivery/engine'

type Question = Omit<AdmitRequest, 'hop' | 'messageId'>

/** What tells Apple's part of a question. */
export interface AppleRoute {
  /** For each recipient. */
  apple: readonly boolean[]
  hop: Hop
  messageId: () => string
}

/**
 * Asks the engine for every recipient. What is not Apple's is only looked up among the suppressions: what is closed
 * towards Apple does not stop it, and it takes no place in the flow.
 */
export function admitRecipients(
  engine: Engine,
  question: Question,
  route: AppleRoute,
): Promise<readonly Admission[]> {
  const { apple, hop, messageId } = route
  if (hop === 'relay' || !apple.includes(true)) return engine.admit({ ...question, hop: 'relay' })
  if (!apple.includes(false)) return engine.admit({ ...question, hop, messageId: messageId() })
  return admitApart(engine, question, route)
}

async function admitApart(
  engine: Engine,
  question: Question,
  { apple, hop, messageId }: AppleRoute,
): Promise<readonly Admission[]> {
  const part = (is: boolean) => question.recipients.filter((_, index) => (apple[index] ?? false) === is)
  const [theirs, others] = await Promise.all([
    engine.admit({ ...question, recipients: part(true), hop, messageId: messageId() }),
    engine.admit({ ...question, recipients: part(false), hop: 'relay' }),
  ])
  const next = { apple: theirs.values(), other: others.values() }
  return question.recipients.flatMap((_, index) => next[apple[index] ? 'apple' : 'other'].next().value ?? [])
}

import type { Admission, AdmitRequest, Engine, Hop } from '@icloud-delivery/engine'

/**
 * Asks the engine for every recipient. What is not Apple's is only looked up among the suppressions: what is closed
 * towards Apple does not stop it, and it takes no place in the flow.
 */
export function admitRecipients(
  engine: Engine,
  request: Omit<AdmitRequest, 'hop'>,
  apple: readonly boolean[],
  hop: Hop,
): Promise<readonly Admission[]> {
  if (hop === 'relay' || !apple.includes(true)) return engine.admit({ ...request, hop: 'relay' })
  if (!apple.includes(false)) return engine.admit({ ...request, hop })
  return admitApart(engine, request, apple, hop)
}

async function admitApart(
  engine: Engine,
  request: Omit<AdmitRequest, 'hop'>,
  apple: readonly boolean[],
  hop: Hop,
): Promise<readonly Admission[]> {
  const { recipients } = request
  const part = (is: boolean) => recipients.filter((_, index) => (apple[index] ?? false) === is)
  const [theirs, others] = await Promise.all([
    engine.admit({ ...request, recipients: part(true), hop }),
    engine.admit({ ...request, recipients: part(false), hop: 'relay' }),
  ])
  const next = { apple: theirs.values(), other: others.values() }
  return recipients.flatMap((_, index) => next[apple[index] ? 'apple' : 'other'].next().value ?? [])
}

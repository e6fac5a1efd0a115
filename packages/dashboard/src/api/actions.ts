import type { Engine, HoldRef, SuppressionOrigin } from '@icloud-delivery/engine'
import { InputError, optionalText, textIn } from './read-input.ts'

/** What can be done by hand. */
export type ActionName =
  | 'release-address'
  | 'release-hold'
  | 'release-rule'
  | 'release-incident'
  | 'release-campaign'
  | 'close-incident'
  | 'confirm-detour'
  | 'suppress'
  | 'mark-important'

/** An action that was read and can be run. */
export interface ReadAction {
  name: ActionName
  subject: string
  /** For the audit log. */
  details: Record<string, unknown>
  /** Gives how much was changed. */
  run(engine: Engine): Promise<number>
}

const longestName = 1000
const scopes: readonly string[] = [
  'sending-ip',
  'sending-domain',
  'stream',
  'campaign',
  'private-relay',
  'provider',
] satisfies HoldRef['scope'][]
const origins: readonly string[] = [
  'reply',
  'unsubscribe',
  'complaint',
  'import',
  'operator',
] satisfies SuppressionOrigin[]

type Read = (body: Record<string, unknown>, why: { by: string; note?: string }) => Omit<ReadAction, 'name'>

const readers: Readonly<Record<ActionName, Read>> = {
  'release-address'(body, why) {
    const address = textIn(body, 'address', longestName)
    const origin = (optionalText(body, 'origin', 20) ?? 'reply') as SuppressionOrigin
    if (!origins.includes(origin)) throw new InputError(`"origin" has to be one of ${origins.join(', ')}.`)
    const run = (engine: Engine): Promise<number> => engine.release({ address, origin, ...why })
    return { subject: address, details: { origin }, run }
  },
  'release-hold'(body) {
    const scope = textIn(body, 'scope', 40) as HoldRef['scope']
    if (!scopes.includes(scope)) throw new InputError(`"scope" has to be one of ${scopes.join(', ')}.`)
    const id = textIn(body, 'id', longestName)
    const run = (engine: Engine): Promise<number> => engine.release({ hold: { scope, id } })
    return { subject: `${scope}/${id}`, details: {}, run }
  },
  'release-rule'(body, why) {
    const rule = textIn(body, 'rule', 100)
    const { since, until, dryRun = false } = body
    if (typeof since !== 'number') throw new InputError('"since" has to be a time in ms since the epoch.')
    if (until !== undefined && typeof until !== 'number')
      throw new InputError('"until" has to be a time in ms since the epoch.')
    if (typeof dryRun !== 'boolean') throw new InputError('"dryRun" has to be true or false.')
    const span = { rule, since, ...(until !== undefined && { until }), dryRun }
    const run = (engine: Engine): Promise<number> => engine.release({ ...span, ...why })
    return { subject: rule, details: span, run }
  },
  'release-incident'(body, why) {
    const incident = textIn(body, 'incident', 200)
    const run = (engine: Engine): Promise<number> => engine.release({ incident, ...why })
    return { subject: incident, details: {}, run }
  },
  'release-campaign'(body) {
    const campaign = textIn(body, 'campaign', longestName)
    const run = (engine: Engine): Promise<number> => engine.release({ campaign })
    return { subject: campaign, details: {}, run }
  },
  'close-incident'(body) {
    const incident = textIn(body, 'incident', 200)
    const run = async (engine: Engine): Promise<number> => Number(await engine.closeIncident(incident))
    return { subject: incident, details: {}, run }
  },
  'confirm-detour'(body) {
    const lane = textIn(body, 'lane', 200)
    const run = async (engine: Engine): Promise<number> => Number(await engine.confirmDetour({ lane }))
    return { subject: lane, details: {}, run }
  },
  suppress(body, { by, note }) {
    const recipient = textIn(body, 'address', longestName)
    const run = async (engine: Engine): Promise<number> => {
      await engine.suppress({ recipient, origin: 'operator', note: note ?? `by ${by}` })
      return 1
    }
    return { subject: recipient, details: {}, run }
  },
  'mark-important'(body) {
    const address = textIn(body, 'address', longestName)
    const { important } = body
    if (typeof important !== 'boolean') throw new InputError('"important" has to be true or false.')
    const run = async (engine: Engine): Promise<number> => {
      await engine.markImportant(address, important)
      return 1
    }
    return { subject: address, details: { important }, run }
  },
}

export const actionNames: readonly string[] = Object.keys(readers)

/** Reads what is to be done. Throws {@link InputError}. */
export function readAction(name: string, body: Record<string, unknown>, by: string): ReadAction | null {
  if (!Object.hasOwn(readers, name)) return null
  const action = name as ActionName
  const note = optionalText(body, 'note', 1000)
  const read = readers[action](body, { by, ...(note !== null && { note }) })
  return { ...read, name: action, details: { ...read.details, ...(note !== null && { note }) } }
}

/** Writes down who does what, before it is done: what cannot be written down is not done. */
export async function audit(
  engine: Engine,
  at: number,
  by: string,
  { name, subject, details }: Pick<ReadAction, 'subject' | 'details'> & { name: string },
): Promise<void> {
  const data = { action: name, by, ...details, from: 'dashboard' }
  // The engine's own lines have `audit` for what goes through the whole ledger.
  await engine.ledger.write([], [{ at, type: 'dashboard', subject: subject.slice(0, longestName), data }])
}

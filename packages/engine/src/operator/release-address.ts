import { auditOf } from './audit.ts'
import { changeOne } from './change-many.ts'
import type { Parts } from '../engine-core.ts'
import type { AddressRelease } from './release-request.ts'
import { withoutReplies } from '../state/recipient-state.ts'
import type { RecipientState } from '../state/state.ts'
import { argument, requireAddress } from '../subject.ts'
import { suppressionOrigins, type SuppressionOrigin } from '../state/suppression.ts'

/**
 * Ends the suppressions of one origin; for `reply` also what led there: counts and waiting.
 *
 * @returns how many suppressions ended
 */
export async function releaseAddress(parts: Parts, request: AddressRelease): Promise<number> {
  const recipient = requireAddress(parts.mailboxOf, request.address, 'release')
  const { origin = 'reply' } = request
  if (!suppressionOrigins.includes(origin))
    throw argument('release', 'origin', suppressionOrigins.join(', '), origin)
  const audit = auditOf('release', request)
  const released = await changeOne(parts, recipient, (_, before) => {
    const isOfReplies = origin === 'reply'
    const state = isOfReplies ? withoutReplies(before) : withoutOrigin(before, origin)
    const ended = (before.suppressions ?? []).filter((suppression) => suppression.origin === origin)
    if (ended.length === 0 && JSON.stringify(state) === JSON.stringify(before)) return null
    const at = parts.clock()
    const data = {
      origin,
      suppressions: ended.length,
      rules: [...new Set(ended.flatMap(({ rule }) => rule ?? []))],
      streams: ended.flatMap(({ streams }) => streams),
      ...audit,
    }
    const event = { at, type: 'release', subject: recipient, data }
    // A reply of before, told again by a log or bounce that is read twice, must not undo it.
    return { state: isOfReplies ? { ...state, releasedAt: at } : state, events: [event], result: ended }
  })
  for (const suppression of released.flat()) parts.events.emit('released', { suppression })
  return released.flat().length
}

function withoutOrigin(state: RecipientState, origin: SuppressionOrigin): RecipientState {
  const { suppressions = [], ...rest } = state
  const kept = suppressions.filter((suppression) => suppression.origin !== origin)
  return kept.length === 0 ? rest : { ...rest, suppressions: kept }
}

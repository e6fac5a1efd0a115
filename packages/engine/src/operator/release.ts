import { EngineError, found } from '../errors.ts'
import { closeHold } from './by-hand.ts'
import type { Parts } from '../engine-core.ts'
import { releaseIncident } from '../incidents/release-incident.ts'
import type { CanaryBook } from '../signals/canary/canary-book.ts'
import { releaseCanary } from '../signals/canary/canary.ts'
import { releaseAddress } from './release-address.ts'
import { releaseReplies } from './release-replies.ts'
import type { ReleaseRequest } from './release-request.ts'
import { nameOf } from '../subject.ts'

const kinds = ['campaign', 'hold', 'address'] as const
const forReplies = ['rule', 'since', 'until', 'dryRun', 'each', 'progress', 'signal']

/** Answers {@link Engine.release}. */
export async function release(parts: Parts, book: CanaryBook, request: ReleaseRequest): Promise<number> {
  if (typeof request !== 'object' || request === null) throw wrong(request)
  const kind = kinds.find((name) => name in request)
  // Whoever gives an address and a rule means less than all of the address.
  if (
    kind !== undefined &&
    forReplies.some((name) => (request as Record<string, unknown>)[name] !== undefined)
  )
    throw wrong(request)
  if ('campaign' in request) {
    const canaries = await releaseCanary(parts, book, request.campaign)
    const id = nameOf(request.campaign, '', 'release', 'campaign')
    return canaries + (await closeHold(parts, { scope: 'campaign', id }))
  }
  if ('hold' in request) return closeHold(parts, request.hold)
  if ('address' in request) return releaseAddress(parts, request)
  if ('incident' in request) return releaseIncident(parts, request)
  if (request.rule === undefined && request.since === undefined) throw wrong(request)
  // Another origin ends by address only.
  if ('origin' in request) throw wrong(request)
  return releaseReplies(parts, request)
}

function wrong(request: unknown): Error {
  const names = typeof request === 'object' && request !== null ? Object.keys(request).slice(0, 5) : null
  return new EngineError(
    'EARGUMENT',
    'release: the request must be one of { address }, { address, origin }, { rule }, { since }, { rule, since, until }, ' +
      `{ incident }, { hold } and { campaign }, found ${names === null ? found(request) : `{ ${names.join(', ')} }`}`,
  )
}

import { isAppleMx, type Verdict } from '@icloud-delivery/rules'
import type { RecordRequest } from './outcome.ts'
import type { Heard } from '../state/suppression.ts'

const longestHost = 253
const longestPhase = 16

/**
 * What has to be kept of a reply of Apple's besides its text, so that it can be understood again. A relay's own name says
 * nothing about Apple; the host that its words name does. The sender matters only where the reply names it, and is not kept:
 * a return path may hold the recipient.
 */
export function heardOf({ outcome, sender }: RecordRequest, verdict: Verdict): Heard | undefined {
  if (outcome.kind !== 'reply') return undefined
  const { phase } = outcome
  const mx = applesHost(outcome.mx) ?? applesHost(verdict.evidence.host)
  const bare = sender.trim().replace(/^<|>$/g, '')
  const isNamed = bare !== '' && verdict.text.toLowerCase().includes(bare.toLowerCase())
  const heard: Heard = {
    ...(mx !== null && { mx }),
    ...(typeof phase === 'string' && phase.length <= longestPhase && { phase }),
    ...(isNamed && { namesSender: true as const }),
  }
  return Object.keys(heard).length === 0 ? undefined : heard
}

function applesHost(host: string | null | undefined): string | null {
  return typeof host === 'string' && isAppleMx(host) ? host.slice(0, longestHost) : null
}

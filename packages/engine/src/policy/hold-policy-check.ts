import { domainOf } from '../address.ts'
import { boolean, number, object, onlyKeys, seconds, whole, wrong } from './check-value.ts'
import type { RulePolicy } from './policy.ts'
import type { CampaignHoldPolicy, HoldPolicy } from './hold-policy.ts'

/** What a rule may say of scopes, besides `hold`. */
export const holdRuleKeys: readonly (keyof RulePolicy)[] = ['campaign', 'slowsLane']

const holdKeys: readonly (keyof HoldPolicy)[] = [
  'scope',
  'perStream',
  'family',
  'count',
  'windowSeconds',
  'share',
  'distinct',
  'inARow',
  'forSeconds',
  'probeEverySeconds',
  'engagedOnlySeconds',
]
const campaignKeys: readonly (keyof CampaignHoldPolicy)[] = ['forSeconds', 'probeEverySeconds']
const scopes: readonly unknown[] = ['sending-ip', 'sending-domain', 'stream', 'private-relay']
/** The counts of minutes, which shares are taken from, are kept for two hours. */
const longestShareSeconds = 3600

/** Checks what a rule says of the scopes that it closes or slows. */
export function checkHolds(path: string, { hold, campaign, slowsLane }: Record<string, unknown>): void {
  if (hold != null) checkHold(`${path}.hold`, object(`${path}.hold`, hold))
  if (campaign != null) {
    const given = object(`${path}.campaign`, campaign)
    onlyKeys(`${path}.campaign`, given, campaignKeys)
    checkTimes(`${path}.campaign`, given)
  }
  if (slowsLane !== undefined) boolean(`${path}.slowsLane`, slowsLane)
}

/** The domains in lower case. */
export function checkOwnDomains(path: string, domains: unknown): readonly string[] | null {
  if (domains === null) return null
  if (!Array.isArray(domains)) throw wrong(path, 'an array of domains, or null', domains)
  return domains.map((domain: unknown, index) => {
    const folded = typeof domain === 'string' && !domain.includes('@') ? domainOf(`a@${domain}`) : null
    if (folded === null) throw wrong(`${path}[${index}]`, 'a domain such as "example.com"', domain)
    return folded
  })
}

function checkHold(path: string, hold: Record<string, unknown>): void {
  onlyKeys(path, hold, holdKeys)
  if (!scopes.includes(hold.scope))
    throw wrong(`${path}.scope`, "'sending-ip', 'sending-domain', 'stream' or 'private-relay'", hold.scope)
  if (hold.perStream !== undefined) boolean(`${path}.perStream`, hold.perStream)
  if (hold.family !== undefined && typeof hold.family !== 'string') {
    throw wrong(`${path}.family`, 'a string', hold.family)
  }
  whole(`${path}.count`, hold.count, 1)
  seconds(`${path}.windowSeconds`, hold.windowSeconds)
  if (hold.share != null) {
    number(`${path}.share`, hold.share, 0, 1)
    if (hold.scope === 'private-relay') throw wrong(`${path}.share`, 'none for private-relay', hold.share)
    if ((hold.windowSeconds as number) > longestShareSeconds) {
      const expected = `at most ${longestShareSeconds} seconds where there is a share`
      throw wrong(`${path}.windowSeconds`, expected, hold.windowSeconds)
    }
  }
  if (hold.distinct !== undefined && hold.distinct !== 'recipient' && hold.distinct !== 'campaign-or-sender')
    throw wrong(`${path}.distinct`, "'recipient' or 'campaign-or-sender'", hold.distinct)
  if (hold.inARow !== undefined) boolean(`${path}.inARow`, hold.inARow)
  checkTimes(path, hold)
  if (hold.engagedOnlySeconds != null) seconds(`${path}.engagedOnlySeconds`, hold.engagedOnlySeconds)
}

function checkTimes(path: string, { forSeconds, probeEverySeconds }: Record<string, unknown>): void {
  seconds(`${path}.forSeconds`, forSeconds)
  if (probeEverySeconds !== null) seconds(`${path}.probeEverySeconds`, probeEverySeconds)
}

import type { PreflightFinding } from './preflight.ts'

/** A finding, and in how many messages of a campaign it was. */
export interface CampaignFinding extends PreflightFinding {
  messages: number
}

/** Campaigns that are remembered; what was not heard of for longest goes first. */
const mostCampaigns = 100
/** Different findings of one campaign. */
const mostFindings = 100

/** What was found in the messages of each campaign, in this process. */
export class CampaignFindings {
  readonly #campaigns = new Map<string, Map<string, CampaignFinding>>()

  add(campaign: string, findings: readonly PreflightFinding[]): void {
    const found = this.#campaigns.get(campaign) ?? new Map<string, CampaignFinding>()
    this.#campaigns.delete(campaign)
    this.#campaigns.set(campaign, found)
    for (const [key, finding] of new Map(findings.map((one) => [`${one.code} ${one.where}`, one]))) {
      const before = found.get(key)
      if (before) before.messages++
      else if (found.size < mostFindings) found.set(key, { ...finding, messages: 1 })
    }
    const [oldest] = this.#campaigns.keys()
    if (this.#campaigns.size > mostCampaigns && oldest !== undefined) this.#campaigns.delete(oldest)
  }

  /** Those in most messages first. */
  of(campaign: string): CampaignFinding[] {
    const found = [...(this.#campaigns.get(campaign)?.values() ?? [])]
    return found.toSorted((one, other) => other.messages - one.messages).map((finding) => ({ ...finding }))
  }
}

/** When replies close a scope, and how it opens again. */
export interface HoldPolicy {
  /**
   * `sending-ip` closes the lane; `stream` one stream on one lane; `sending-domain` what one domain sends; `private-relay`
   * what one From domain sends to recipients at Apple's private relay.
   */
  scope: 'sending-ip' | 'sending-domain' | 'stream' | 'private-relay'
  /** For `sending-domain`: only what the stream and submitter (or lane) that met the reply send From it. Default false. */
  perStream?: boolean
  /** Rules with the same family are counted together. Default: the rule's id. */
  family?: string
  /** Replies that close it. 1 to 1,000. */
  count: number
  /** They have to fall within so many seconds. */
  windowSeconds: number
  /**
   * And they have to be such a share of what was tried through the scope within `windowSeconds`, which then is at most an
   * hour: 0 to 1. `null`: any share. Default `null`. Not for `private-relay`.
   */
  share?: number | null
  /**
   * Of replies to the same one only the latest counts: to the same `recipient`; or to the same campaign if it has a name,
   * else to the same submitter or sender. Default: all count.
   */
  distinct?: 'recipient' | 'campaign-or-sender'
  /** What Apple accepts through the scope takes back the replies before. Default false. */
  inARow?: boolean
  /** Closed for so many seconds: then come probes, or the end. */
  forSeconds: number
  /** After `forSeconds` one message in so many seconds is let through until Apple accepts one. `null`: no probes. */
  probeEverySeconds: number | null
  /**
   * For `stream`, if it is `marketing`: when it is open again, it goes on with engaged readers only for so many seconds (see
   * `signals.engagedSeconds`). `null`: with all. Default `null`.
   */
  engagedOnlySeconds?: number | null
}

/** How long the rest of a campaign waits, and how it goes on. */
export interface CampaignHoldPolicy {
  /** Closed for so many seconds: then come probes, or the end. */
  forSeconds: number
  /** As in {@link HoldPolicy}. */
  probeEverySeconds: number | null
}

/** The numbers by which the engine notices that Apple itself is broken. A day is 1,440 `signals.bucketSeconds`. */
export interface IncidentPolicy {
  /** A recipient whose mail Apple accepted within so many seconds is known to be good. Default 90 days. */
  goodSeconds: number
  /**
   * Share of good recipients that are expected to be gone for each day since Apple last accepted mail for them, at least: what
   * the last 8 days show counts if it is more. 0 to 1. Default 0.0005.
   */
  usualPerDay: number
  /** An incident refuses more than so many times as many good recipients as expected. 2 to 1,000. Default 8. */
  factor: number
  /** Good recipients without which there is no incident, each counted once. 2 to 1,000. Default 3. */
  minRecipients: number
  /**
   * What is seen must not come by chance more often than so many times a day. More than 0, at most 0.1. Default 0.0001, once
   * in 10,000 days.
   */
  chancePerDay: number
  /** Replies about the sender or the content without which they are no incident. 2 to 1,000. Default 6. */
  minPolicyReplies: number
  /** Share of the attempts that such replies refuse in an incident, everywhere at once. 0.5 to 1. Default 0.8. */
  policyShare: number
  /** Seconds to wait before the 2nd, 3rd, ... try of what an incident refuses. Default 15 min, doubling to 4 h. */
  waitsSeconds: readonly number[]
  /** What is held for an incident's reason is probed every so many seconds. Default 15 min. */
  probeSeconds: number
  /** An incident lasts at least so many seconds beyond the last sign of it. Default 15 min. */
  quietSeconds: number
  /** Without a new sign of it for so many seconds it is over, though nothing shows that Apple is well. Default 24 h. */
  endSeconds: number
  /** What replies did to recipients can be found and taken back for so many seconds. Default 3 days. */
  traceSeconds: number
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** The defaults of {@link IncidentPolicy}; the numbers are this project's judgement. */
export const defaultIncidents: IncidentPolicy = {
  goodSeconds: 90 * day,
  usualPerDay: 0.0005,
  factor: 8,
  minRecipients: 3,
  chancePerDay: 0.0001,
  minPolicyReplies: 6,
  policyShare: 0.8,
  waitsSeconds: [15 * minute, 30 * minute, hour, 2 * hour, 4 * hour],
  probeSeconds: 15 * minute,
  quietSeconds: 15 * minute,
  endSeconds: day,
  traceSeconds: 3 * day,
}

/** {@link IncidentPolicy} with every time multiplied. */
export function scaleIncidents(incidents: IncidentPolicy, factor: number): IncidentPolicy {
  const { goodSeconds, waitsSeconds, probeSeconds, quietSeconds, endSeconds, traceSeconds } = incidents
  return {
    ...incidents,
    goodSeconds: goodSeconds * factor,
    waitsSeconds: waitsSeconds.map((seconds) => seconds * factor),
    probeSeconds: probeSeconds * factor,
    quietSeconds: quietSeconds * factor,
    endSeconds: endSeconds * factor,
    traceSeconds: traceSeconds * factor,
  }
}

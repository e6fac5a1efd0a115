/** The numbers of rates, alerts about changes, and engagement. */
export interface SignalsPolicy {
  /**
   * Width of the finest span that is counted, in seconds. What is called an hour is 60 of them, a day 1,440. Only a demo
   * that runs time faster has a reason to change it. More than 0. Default 60.
   */
  bucketSeconds: number
  /** A reader is engaged for so many seconds after a click, an answer or a consent. Default 90 days. */
  engagedSeconds: number
  /** Attempts without which a rate says nothing, now and in the week before. 10 to 1,000,000. Default 100. */
  minAttempts: number
  /** Deferrals raise an alert if their share of attempts rises by more than this, and doubles. 0 to 1. Default 0.1. */
  deferralRise: number
  /** The same for refusals for the recipient's reasons. 0 to 1. Default 0.05. */
  bounceRise: number
  /** The same for refusals for the sender's reasons: policy, reputation, authentication, IP. 0 to 1. Default 0.02. */
  policyRise: number
  /** Messages of a stream in a day without which its volume raises no alert. 1 to 1,000,000,000. Default 1,000. */
  minVolume: number
  /** A stream's volume raises an alert above so many times its median. 1 to 1,000. Default 2. */
  volumeFactor: number
  /** On such an alert marketing is held on the lanes concerned for so many seconds. `null`: it is not. Default `null`. */
  holdMarketingSeconds: number | null
}

const day = 86_400

/** The defaults of {@link SignalsPolicy}; the numbers are this project's judgement. */
export const defaultSignals: SignalsPolicy = {
  bucketSeconds: 60,
  engagedSeconds: 90 * day,
  minAttempts: 100,
  deferralRise: 0.1,
  bounceRise: 0.05,
  policyRise: 0.02,
  minVolume: 1000,
  volumeFactor: 2,
  holdMarketingSeconds: null,
}

/** {@link SignalsPolicy} with every time multiplied. */
export function scaleSignals(signals: SignalsPolicy, factor: number): SignalsPolicy {
  const { bucketSeconds, engagedSeconds, holdMarketingSeconds } = signals
  return {
    ...signals,
    bucketSeconds: bucketSeconds * factor,
    engagedSeconds: engagedSeconds * factor,
    holdMarketingSeconds: holdMarketingSeconds === null ? null : holdMarketingSeconds * factor,
  }
}

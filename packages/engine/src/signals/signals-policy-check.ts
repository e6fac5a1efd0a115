import { didYouMean } from '../did-you-mean.ts'
import { EngineError, found } from '../errors.ts'
import type { SignalsPolicy } from './signals-policy.ts'

const longestSeconds = 366 * 24 * 3600

type Check = (path: string, value: unknown) => void

const seconds: Check = (path, value) => {
  if (typeof value === 'number' && value > 0 && value <= longestSeconds) return
  throw wrong(path, `seconds, more than 0 and at most ${longestSeconds}`, value)
}

const checks: Readonly<Record<keyof SignalsPolicy, Check>> = {
  bucketSeconds: seconds,
  engagedSeconds: seconds,
  minAttempts: from(10, 1e6),
  deferralRise: from(0, 1),
  bounceRise: from(0, 1),
  policyRise: from(0, 1),
  minVolume: from(1, 1e9),
  volumeFactor: from(1, 1000),
  holdMarketingSeconds: (path, value) => {
    if (value !== null) seconds(path, value)
  },
}

/** Throws `EPOLICY`, which names the option, for changes to a {@link SignalsPolicy} that cannot be right. */
export function checkSignals(path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, 'an object', value)
  const known = Object.keys(checks)
  for (const [name, one] of Object.entries(value)) {
    if (!known.includes(name)) {
      throw new EngineError(
        'EPOLICY',
        `${path}: there is no option ${found(name)}${didYouMean(name, known)}; expected one of ${known.join(', ')}`,
      )
    }
    checks[name as keyof SignalsPolicy](`${path}.${name}`, one)
  }
}

function from(least: number, most: number): Check {
  return (path, value) => {
    if (typeof value === 'number' && value >= least && value <= most) return
    throw wrong(path, `a number from ${least} to ${most}`, value)
  }
}

function wrong(path: string, expected: string, value: unknown): EngineError {
  return new EngineError('EPOLICY', `${path}: expected ${expected}, found ${found(value)}`)
}

import type { IncidentPolicy } from './incident-policy.ts'
import { number, object, onlyKeys, seconds, whole, wrong } from '../policy/check-value.ts'

type Check = (path: string, value: unknown) => void

const checks: Readonly<Record<keyof IncidentPolicy, Check>> = {
  goodSeconds: seconds,
  usualPerDay: (path, value) => number(path, value, 0, 1),
  factor: (path, value) => number(path, value, 2, 1000),
  minRecipients: (path, value) => whole(path, value, 2),
  chancePerDay: (path, value) => {
    if (typeof value === 'number' && value > 0 && value <= 0.1) return
    throw wrong(path, 'a number more than 0 and at most 0.1', value)
  },
  minPolicyReplies: (path, value) => whole(path, value, 2),
  policyShare: (path, value) => number(path, value, 0.5, 1),
  waitsSeconds: (path, value) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > 100)
      throw wrong(path, 'an array of 1 to 100 waits in seconds', value)
    value.forEach((wait, index) => seconds(`${path}[${index}]`, wait))
  },
  probeSeconds: seconds,
  quietSeconds: seconds,
  endSeconds: seconds,
  traceSeconds: seconds,
}

/** Throws `EPOLICY`, which names the option, for changes to an {@link IncidentPolicy} that cannot be right. */
export function checkIncidents(path: string, value: unknown): void {
  const given = object(path, value)
  onlyKeys(path, given, Object.keys(checks))
  for (const [name, one] of Object.entries(given))
    checks[name as keyof IncidentPolicy](`${path}.${name}`, one)
}

import { resolvePolicy, type Policy, type PolicyOptions } from '@icloud-delivery/engine'
import { printable } from './printable.ts'

/** The file that changes the policy. Haraka looks for it in its own `config` directory. */
export const POLICY_FILE = 'icloud_policy.json'

type Json = Record<string, unknown>

/** How many keys lead to one setting; 1 where nothing is said. */
const DEPTH: Readonly<Record<string, number>> = {
  maxAgeSeconds: 2,
  topOfHour: 2,
  signals: 2,
  incidents: 2,
  rules: 3,
  otherwise: 3,
}

/**
 * The policy that is in force: `base` with the settings of the file. A setting that is not allowed gives a line in
 * `problems` and leaves the one of `base` in force; so does a file that is not JSON.
 *
 * @param lines the file as Haraka's `data` type reads it; an object where Haraka found the same as YAML
 * @param streams those that `maxAgeSeconds` may name, besides `*`
 */
export function readPolicy(
  lines: unknown,
  base: Policy,
  streams: readonly string[],
): { policy: PolicyOptions; problems: readonly string[] } {
  const problems: string[] = []
  const complain = (problem: string): void => void problems.push(`config/${POLICY_FILE}${problem}`)
  const policy = structuredClone(base) as unknown as Json
  for (const { keys, value } of settingsOf(parse(lines, complain))) {
    const [section = '', name = ''] = keys
    if (section === 'maxAgeSeconds' && keys.length > 1 && name !== '*' && !streams.includes(name)) {
      complain(
        ` ${keys.join('.')}: no such stream; there are ${['*', ...streams].join(', ')}; leaving it out`,
      )
      continue
    }
    try {
      resolvePolicy(nested(keys, value))
      put(policy, keys, value)
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error)
      complain(
        `${found.replace(/^policy\.?/, (start) => (start === 'policy' ? '' : ' '))}; using the default`,
      )
    }
  }
  return { policy, problems }
}

function parse(lines: unknown, complain: (problem: string) => void): Json {
  let parsed: unknown = lines
  if (Array.isArray(lines)) {
    const text = lines.join('\n').trim()
    if (text === '') return {}
    try {
      parsed = JSON.parse(text)
    } catch (error) {
      complain(
        `: JSON is expected, found what is none (${printable((error as Error).message, 200)}); using the defaults`,
      )
      return {}
    }
  }
  if (isObject(parsed)) return parsed
  complain(`: an object is expected, found ${JSON.stringify(parsed)?.slice(0, 100)}; using the defaults`)
  return {}
}

/** Every setting by itself, so that a mistake in one leaves the others alone. */
function settingsOf(
  value: Json,
  above: readonly string[] = [],
): { keys: readonly string[]; value: unknown }[] {
  return Object.entries(value).flatMap(([key, one]) => {
    const keys = [...above, key]
    const depth = DEPTH[keys[0] ?? ''] ?? 1
    return keys.length < depth && isObject(one) ? settingsOf(one, keys) : [{ keys, value: one }]
  })
}

function nested(keys: readonly string[], value: unknown): PolicyOptions {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as PolicyOptions
}

function put(policy: Json, keys: readonly string[], value: unknown): void {
  const [key = '', ...deeper] = keys
  if (deeper.length === 0) policy[key] = value
  else {
    const inner = Object.hasOwn(policy, key) ? policy[key] : undefined
    const next: Json = isObject(inner) ? inner : {}
    put(next, deeper, value)
    policy[key] = next
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

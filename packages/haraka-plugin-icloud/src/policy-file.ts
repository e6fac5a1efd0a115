import { isDeepStrictEqual } from 'node:util'
import { defaultPolicy, resolvePolicy, type Policy, type PolicyOptions } from '@icloud-delivery/engine'
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
  lanes: 4,
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
  let policy = changesOf(base)
  let open = settingsOf(parse(lines, complain)).filter(({ keys }) => {
    const [section, name = '*'] = keys
    if (section !== 'maxAgeSeconds' || keys.length === 1 || name === '*' || streams.includes(name))
      return true
    complain(` ${keys.join('.')}: no such stream; there are ${['*', ...streams].join(', ')}; leaving it out`)
    return false
  })
  // Some settings are right only together with others, whatever their order, so what failed is tried once more.
  for (;;) {
    const failed: { setting: Setting; why: string }[] = []
    for (const setting of open) {
      const changed = withSetting(policy, setting)
      try {
        resolvePolicy(changed)
        policy = changed
      } catch (error) {
        failed.push({ setting, why: error instanceof Error ? error.message : String(error) })
      }
    }
    if (failed.length === open.length) {
      for (const { why } of failed)
        complain(
          `${why.replace(/^policy\.?/, (start) => (start === 'policy' ? '' : ' '))}; using the default`,
        )
      return { policy, problems }
    }
    open = failed.map(({ setting }) => setting)
  }
}

/** One setting by its keys, from the outermost on. */
interface Setting {
  keys: readonly string[]
  value: unknown
}

/** What a policy has changed: a default that was given as an option would be checked against the file's settings. */
function changesOf(base: Policy): Json {
  const standard = new Map(
    settingsOf(defaultPolicy as unknown as Json).map(({ keys, value }) => [keys.join('\n'), value]),
  )
  return settingsOf(base as unknown as Json)
    .filter(({ keys, value }) => !isDeepStrictEqual(value, standard.get(keys.join('\n'))))
    .reduce(withSetting, {})
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
function settingsOf(value: Json, above: readonly string[] = []): Setting[] {
  return Object.entries(value).flatMap(([key, one]) => {
    const keys = [...above, key]
    const depth = DEPTH[keys[0] ?? ''] ?? 1
    return keys.length < depth && isObject(one) ? settingsOf(one, keys) : [{ keys, value: one }]
  })
}

function withSetting(policy: Json, { keys, value }: Setting): Json {
  const [key = '', ...deeper] = keys
  if (deeper.length === 0) return { ...policy, [key]: value }
  const inner = Object.hasOwn(policy, key) ? policy[key] : undefined
  return { ...policy, [key]: withSetting(isObject(inner) ? inner : {}, { keys: deeper, value }) }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import * as v from 'valibot'
import { CliError } from '../cli-error.ts'
import type { Config } from './config.ts'

const text = v.pipe(v.string(), v.nonEmpty())
const optional = v.exactOptional

const keys = v.pipe(v.array(v.strictObject({ id: text, secret: text })), v.minLength(1))
const texts = v.pipe(v.array(text), v.minLength(1))

const secrets = v.union([text, texts])

/** The shape of a {@link Config}; the engine looks at the values of `policy` and `addressKeys`. */
const schema = v.strictObject({
  ledger: optional(text),
  buffer: optional(text),
  sameMailbox: optional(v.boolean()),
  addressKeys: optional(keys),
  policy: optional(v.union([text, v.record(v.string(), v.unknown())])),
  sending: optional(
    v.strictObject({
      domain: optional(text),
      ips: optional(texts),
      selectors: optional(texts),
      helo: optional(text),
      returnPath: optional(text),
      tls: optional(text),
    }),
  ),
  spamhausKey: optional(text),
  smtp: optional(text),
  returnPath: optional(v.strictObject({ domain: text, prefix: optional(v.string()), keys })),
  relays: optional(
    v.array(v.strictObject({ hosts: texts, addresses: optional(texts), lane: optional(text) })),
  ),
  receivers: optional(v.strictObject({ hosts: texts, addresses: optional(texts) })),
  addressFields: optional(texts),
  imap: optional(
    v.strictObject({
      host: text,
      port: optional(v.number()),
      secure: optional(v.boolean()),
      insecure: optional(v.boolean()),
      user: text,
      pass: optional(text),
      accessToken: optional(text),
      folder: optional(text),
      moveTo: optional(text),
      state: optional(text),
      ca: optional(text),
    }),
  ),
  webhooks: optional(
    v.strictObject({
      ses: optional(v.strictObject({ topicArns: texts })),
      sendgrid: optional(v.strictObject({ publicKey: secrets, windowSeconds: optional(v.number()) })),
      mailgun: optional(v.strictObject({ signingKey: secrets })),
      postmark: optional(v.strictObject({ secret: secrets })),
      sparkpost: optional(v.strictObject({ secret: secrets })),
    }),
  ),
  report: optional(
    v.strictObject({
      company: optional(text),
      domain: optional(text),
      ips: optional(texts),
      contact: optional(text),
      from: optional(text),
    }),
  ),
})

/**
 * Checks what a configuration file holds.
 *
 * @param where - the file, for errors
 * @throws CliError `ECONFIG`, which names the file, the key, what was expected and what was found
 */
export function checkConfig(value: unknown, where: string): Config {
  // An array counts as an object there.
  const result = v.safeParse(schema, Array.isArray(value) ? 'a list' : value)
  if (result.success) return result.output
  throw new CliError('ECONFIG', `${where}: ${wordsOf(result.issues[0])}`)
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  const key = v.getDotPath(issue)
  if (issue.expected === 'never') return `there is no key "${key}"; there are ${knownKeys(key)}`
  const name = key === null ? 'the configuration (its default export)' : `"${key}"`
  return `${name} must be ${expectedWords(issue.expected)}, found ${foundWords(issue)}`
}

/** The keys beside one that is not known. */
function knownKeys(key: string | null): string {
  let object: unknown = schema
  for (const name of key?.split('.').slice(0, -1) ?? []) object = inner(object, name)
  const { entries = {} } = object as { entries?: object }
  return Object.keys(entries).join(', ')
}

function inner(object: unknown, name: string): unknown {
  const { entries, item } = object as { entries?: Record<string, unknown>; item?: unknown }
  const found = entries?.[name] ?? item
  return (found as { wrapped?: unknown } | undefined)?.wrapped ?? found ?? {}
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  String: 'a text',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
  number: 'a number',
  '!0': 'a text that is not empty',
  '>=1': 'a list that is not empty',
}

function expectedWords(expected: string | null): string {
  const parts = (expected ?? '').replace(/^\(|\)$/g, '').split(' | ')
  return parts.map((part) => kinds[part] ?? part).join(' or ')
}

const secretKeys: readonly unknown[] = [
  'addressKeys',
  'spamhausKey',
  'smtp',
  'keys',
  'pass',
  'accessToken',
  'webhooks',
]

/** The value where it is short; secrets are never shown. */
function foundWords({ input, received, path }: v.BaseIssue<unknown>): string {
  if (input === undefined) return 'nothing'
  const isSecret = path?.some(({ key }) => secretKeys.includes(key)) === true
  return isSecret ? 'something else' : (kinds[received] ?? received.slice(0, 60))
}

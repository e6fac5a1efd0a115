import { createHash, timingSafeEqual } from 'node:crypto'
import { argument } from '../errors.ts'
import { Refusal } from './refusal.ts'

const shortest = 16

/** One secret, or the old and the new one while they are changed. */
export type Secrets = string | readonly string[]

/**
 * Checks secrets that are to guard something.
 *
 * @throws FeedbackError `EARGUMENT` if there is none, or a short one
 */
export function checkedSecrets(what: string, given: unknown): string[] {
  const secrets: unknown[] = Array.isArray(given) ? given : [given]
  const isGood = (secret: unknown): secret is string =>
    typeof secret === 'string' && secret.length >= shortest
  if (secrets.length === 0 || !secrets.every(isGood)) {
    // Whatever was given does not belong into a log.
    const found =
      typeof given === 'string'
        ? `one of ${given.length} characters`
        : given === undefined
          ? 'none'
          : 'another thing'
    throw argument(
      what,
      `a secret of ${shortest} characters or more, as anybody could send reports without it`,
      found,
    )
  }
  return secrets
}

/** Compares in a time that does not depend on where they differ. */
export function isOneOf(given: string, secrets: readonly string[]): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const found = digest(given)
  let isKnown = false
  for (const secret of secrets) if (timingSafeEqual(found, digest(secret))) isKnown = true
  return isKnown
}

const longestHeader = 2000

/**
 * Lets a request pass that carries the secret: as the password of Basic authentication (whatever the user), as a Bearer token, or
 * in a header of its own.
 *
 * @throws Refusal `ESIGNATURE`
 */
export function requireSecret(headers: Headers, secrets: readonly string[], names: readonly string[]): void {
  const given = names.map((name) => headers.get(name))
  const authorization = (headers.get('authorization') ?? '').slice(0, longestHeader)
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, Math.max(space, 0)).toLowerCase()
  // A secret may have spaces.
  const value = authorization.slice(space + 1).trimStart()
  if (scheme === 'bearer') given.push(value)
  if (scheme === 'basic') {
    const pair = Buffer.from(value, 'base64').toString('utf8')
    given.push(pair.slice(pair.indexOf(':') + 1))
  }
  const present = given.filter((each) => each !== null && each !== '')
  if (present.length === 0) throw new Refusal('ESIGNATURE', 'it carries no secret')
  if (!present.some((each) => isOneOf(each!.slice(0, longestHeader), secrets)))
    throw new Refusal('ESIGNATURE', 'it carries another secret')
}

import { X509Certificate, type KeyObject } from 'node:crypto'
import { Refusal } from '../refusal.ts'
import { fetchText, type Fetch } from './fetch-text.ts'
import { certificateUrl } from './sns-urls.ts'

const keepMs = 86_400_000
const mostKept = 20
/** Anybody who knows the topic can name certificates that are none: they must not make us fetch without end. */
const mostAtOnce = 4
const mostFailures = 10
const failuresMs = 60_000

interface Kept {
  key: KeyObject
  at: number
}

/** The keys that Amazon signs with, each fetched once a day. */
export class SnsCertificates {
  readonly #fetch: Fetch
  readonly #clock: () => number
  /** Good ones only. */
  readonly #kept = new Map<string, Kept>()
  readonly #underWay = new Map<string, Promise<KeyObject>>()
  #failures = 0
  #failuresSince = -Infinity

  constructor(fetch: Fetch, clock: () => number) {
    this.#fetch = fetch
    this.#clock = clock
  }

  /**
   * @throws Refusal `ESIGNATURE` for a URL that is not at Amazon in the region of the topic, `EUNAVAILABLE` if it cannot be fetched
   *   now
   */
  async keyAt(given: string, topicArn: string): Promise<KeyObject> {
    const url = certificateUrl(given, topicArn)
    if (url === null)
      throw new Refusal('ESIGNATURE', 'SigningCertURL is not at sns.<region of the topic>.amazonaws.com')
    const known = this.#kept.get(url.href)
    if (known !== undefined && Math.abs(this.#clock() - known.at) < keepMs) return known.key
    return await (this.#underWay.get(url.href) ?? this.#begin(url))
  }

  async #begin(url: URL): Promise<KeyObject> {
    const now = this.#clock()
    if (Math.abs(now - this.#failuresSince) >= failuresMs) [this.#failures, this.#failuresSince] = [0, now]
    if (this.#underWay.size >= mostAtOnce || this.#failures >= mostFailures)
      throw new Refusal(
        'EUNAVAILABLE',
        'too many certificates were asked for that are none; try again in a minute',
      )
    const fetching = this.#fetched(url)
    this.#underWay.set(url.href, fetching)
    try {
      const key = await fetching
      this.#kept.delete(url.href)
      const [oldest] = this.#kept.keys()
      if (this.#kept.size >= mostKept && oldest !== undefined) this.#kept.delete(oldest)
      this.#kept.set(url.href, { key, at: now })
      return key
    } catch (error) {
      this.#failures++
      throw error
    } finally {
      this.#underWay.delete(url.href)
    }
  }

  async #fetched(url: URL): Promise<KeyObject> {
    let pem: string
    try {
      pem = await fetchText(this.#fetch, url)
    } catch (error) {
      const { message } = error as Error
      throw new Refusal('EUNAVAILABLE', `Amazon's certificate cannot be fetched: ${message}`, {
        cause: error,
      })
    }
    let certificate: X509Certificate
    try {
      certificate = new X509Certificate(pem)
    } catch (error) {
      throw new Refusal('ESIGNATURE', 'what SigningCertURL leads to is no certificate', { cause: error })
    }
    const now = this.#clock()
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo))
      throw new Refusal(
        'ESIGNATURE',
        "Amazon's certificate is not valid at this time; look at this machine's clock",
      )
    return certificate.publicKey
  }
}

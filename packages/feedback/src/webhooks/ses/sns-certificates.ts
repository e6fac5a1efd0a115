import { X509Certificate, type KeyObject } from 'node:crypto'
import { Refusal } from '../refusal.ts'
import { fetchText, type Fetch } from './fetch-text.ts'
import { certificateUrl } from './sns-urls.ts'

const keepMs = 86_400_000
const mostKept = 20

interface Kept {
  key: Promise<KeyObject>
  at: number
}

/** The keys that Amazon signs with, each fetched once a day. */
export class SnsCertificates {
  readonly #fetch: Fetch
  readonly #clock: () => number
  readonly #kept = new Map<string, Kept>()

  constructor(fetch: Fetch, clock: () => number) {
    this.#fetch = fetch
    this.#clock = clock
  }

  /** @throws Refusal `ESIGNATURE` for a URL that is not Amazon's, `EUNAVAILABLE` if it cannot be fetched */
  async keyAt(given: string): Promise<KeyObject> {
    const url = certificateUrl(given)
    if (url === null) throw new Refusal('ESIGNATURE', 'SigningCertURL is not at sns.<region>.amazonaws.com')
    const now = this.#clock()
    const known = this.#kept.get(url.href)
    if (known !== undefined && Math.abs(now - known.at) < keepMs) return await known.key
    const key = this.#fetched(url)
    if (this.#kept.size >= mostKept) this.#kept.clear()
    this.#kept.set(url.href, { key, at: now })
    try {
      return await key
    } catch (error) {
      if (this.#kept.get(url.href)?.key === key) this.#kept.delete(url.href)
      throw error
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

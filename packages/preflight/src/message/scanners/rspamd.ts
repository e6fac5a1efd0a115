import { boundedBody } from '../../bounded-body.ts'
import { found } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'
import { milliseconds, secret, webAddress } from '../../options/check.ts'
import { checkOptions, type Shape } from '../../options/check-options.ts'
import type { Scanner } from './scanner.ts'

export interface RspamdOptions {
  /** Of a worker, such as `http://127.0.0.1:11333`. */
  url: string
  /** Default: none. */
  password?: string
  /** ms. Default: 10000. */
  timeoutMs?: number
}

const mostBytes = 4 * 1024 * 1024

interface Answer {
  action: string
  score: number
  required_score: number
  symbols?: Record<string, { score?: number }>
}

const shape: Shape<RspamdOptions> = {
  checks: { url: webAddress, password: secret('the password of the worker'), timeoutMs: milliseconds },
  needed: ['url'],
}

/**
 * rspamd, over HTTP. A finding if it would do more than let the message through or greylist it.
 *
 * @throws PreflightError `EARGUMENT`
 */
export function rspamd(options: RspamdOptions): Scanner {
  checkOptions('rspamd', options, shape)
  const { url, password, timeoutMs = 10_000 } = options
  return {
    name: 'rspamd',
    async scan(message) {
      const response = await fetch(new URL('/checkv2', url), {
        method: 'POST',
        // Its own copy: fetch takes no memory that may be shared.
        body: new Uint8Array(message),
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          // One that was kept may be closed by rspamd at the moment in which it is used again.
          connection: 'close',
          ...(password === undefined ? {} : { Password: password }),
        },
      })
      if (!response.ok) throw new Error(`rspamd answered ${response.status}`)
      const answer = JSON.parse((await boundedBody(response, mostBytes)).toString()) as Partial<Answer>
      if (typeof answer.action !== 'string' || typeof answer.score !== 'number')
        throw new Error('rspamd answered without action and score')
      if (answer.action === 'no action' || answer.action === 'greylist') return []
      const symbols = Object.entries(answer.symbols ?? {})
        .filter(([, { score = 0 }]) => score >= 0)
        .toSorted(([, a], [, b]) => (b.score ?? 0) - (a.score ?? 0))
        .map(([name, { score = 0 }]) => `${name} ${score}`)
      const rules = symbols.length === 0 ? '' : `; ${listed(symbols)}`
      const evidence = `${answer.action}: ${answer.score} of ${answer.required_score ?? '?'}${rules}`
      return [found('spam-score', { where: 'rspamd', evidence })]
    },
  }
}

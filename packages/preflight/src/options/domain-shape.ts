import type { BimiOptions } from '../domain/bimi/check-bimi.ts'
import type { DomainOptions } from '../domain/check-domain.ts'
import type { TlsTarget } from '../domain/hosts/check-tls.ts'
import { callable, either, list, milliseconds, oneOf, port, text } from './check.ts'
import { objectOf, type Shape } from './check-options.ts'
import { dnsChecks } from './dns-shape.ts'
import { readIp, readReturnPath, selector } from './names.ts'

const orFalse = (value: unknown): boolean => typeof value === 'boolean'

const bimi = objectOf<BimiOptions>({
  checks: {
    selector,
    fetch: either(orFalse, oneOf(false), callable),
    timeoutMs: milliseconds,
    issuers: list(text('a certificate in PEM'), 'certificates in PEM'),
  },
})
const tls = objectOf<TlsTarget>({
  checks: { host: text('a host name or IP'), port, timeoutMs: milliseconds, ca: text('certificates in PEM') },
  needed: ['host'],
})

export const domainShape: Shape<DomainOptions> = {
  checks: {
    ...dnsChecks,
    ips: list(readIp, 'IP addresses'),
    selectors: list(selector, 'DKIM selectors'),
    helo: text('a host name'),
    returnPath: readReturnPath,
    bimi: either(orFalse, oneOf(false), bimi),
    tls,
    clock: callable,
  },
}

import type { DnsOptions } from '../dns/resolver.ts'
import { having, milliseconds } from './check.ts'
import type { Shape } from './check-options.ts'

export const dnsChecks: Shape<DnsOptions>['checks'] = {
  resolver: having(
    'an object with resolve(name, type), such as new Resolver() of node:dns/promises',
    'resolve',
  ),
  dnsTimeoutMs: milliseconds,
}

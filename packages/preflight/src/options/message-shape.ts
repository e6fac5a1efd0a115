import type { Signer } from '../message/auth/check-signatures.ts'
import type { Brand } from '../message/content/brands.ts'
import type { MessageOptions } from '../message/message-options.ts'
import { callable, flag, having, list, text, type Check } from './check.ts'
import { objectOf, type Shape } from './check-options.ts'
import { dnsChecks } from './dns-shape.ts'
import { readDomain, readIp, readReturnPath, selector } from './names.ts'
import { wrong } from './wrong.ts'

const signer = objectOf<Signer>({ checks: { domain: readDomain, selector }, needed: ['domain', 'selector'] })
const brand = objectOf<Brand>({
  checks: { names: list(text('a name'), 'names'), domains: list(readDomain, 'domains') },
  needed: ['names', 'domains'],
})
const scannerMethods = having('clamav(), rspamd() or an object with name and scan(message)', 'scan')
const scanner: Check = (value, name) => {
  scannerMethods(value, name)
  const given = (value as { name?: unknown }).name
  if (typeof given !== 'string') wrong(`${name}.name`, 'a text', given)
}

export const messageShape: Shape<MessageOptions> = {
  checks: {
    ...dnsChecks,
    ip: readIp,
    returnPath: readReturnPath,
    willSign: list(signer, 'signers, as { domain, selector }'),
    authentication: flag,
    bulk: flag,
    brands: list(brand, 'brands, as { names, domains }'),
    previousLinkHosts: list(text('a host'), 'hosts'),
    domainAge: callable,
    scanners: list(scanner, 'scanners'),
    clock: callable,
  },
}

/**
 * Asks DNS. `new Resolver()` of `node:dns/promises` is one. It rejects with `code` ENOTFOUND or ENODATA if there is no such
 * record; any other rejection is taken for "no answer". Where it finds nothing at all, it is asked for the NS of the top-level
 * domain too: one that knows none is not believed, and "no such record" counts as "no answer".
 */
export interface DnsResolver {
  resolve(name: string, type: string): Promise<unknown>
}

/** How DNS is asked. */
export interface DnsOptions {
  /** Default: the name servers of this machine. */
  resolver?: DnsResolver
  /** ms until a question counts as unanswered, 1 to 600,000. Default: 5000. */
  dnsTimeoutMs?: number
}

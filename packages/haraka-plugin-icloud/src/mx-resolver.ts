import { promises as dns } from 'node:dns'
import type { ResolveMx } from './destination.ts'

/**
 * Asks DNS for MX records, or, in tests, a table. A domain without MX records is no failure: it has none.
 *
 * @param table `null` for DNS; a value such as `ESERVFAIL` stands for that failure
 */
export function mxResolver(table: ReadonlyMap<string, readonly string[]> | null): ResolveMx {
  if (table === null) return resolve
  return (domain) => {
    const answer = table.get(domain) ?? []
    const [first = ''] = answer
    if (/^E[A-Z]+$/.test(first)) return Promise.reject(Object.assign(new Error(first), { code: first }))
    return Promise.resolve(answer)
  }
}

async function resolve(domain: string): Promise<string[]> {
  try {
    return (await dns.resolveMx(domain)).map(({ exchange }) => exchange)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENODATA' || code === 'ENOTFOUND') return []
    throw error
  }
}

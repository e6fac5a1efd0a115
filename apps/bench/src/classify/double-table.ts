import { registerHooks } from 'node:module'

const doubled = new URL('doubled-rules.js', import.meta.url).href

/**
 * From now on, whoever imports the table of rules gets one with twice as many rules. The classifier has no option for
 * its table, as nobody else needs one. Call it before the rules are imported.
 */
export function doubleTable(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = nextResolve(specifier, context)
      const isTable = found.url.endsWith('/rules/dist/table/index.js')
      if (!isTable || context.parentURL?.startsWith(doubled)) return found
      return { ...found, url: `${doubled}?table=${encodeURIComponent(found.url)}` }
    },
  })
}

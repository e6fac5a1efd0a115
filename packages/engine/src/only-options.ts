import { didYouMean } from './did-you-mean.ts'
import { EngineError, found } from './errors.ts'

/** Throws `EARGUMENT` for an option that the call does not have, as a misspelt one would do nothing. */
export function onlyOptions(call: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new EngineError(
      'EARGUMENT',
      `${call}: there is no option ${found(name)}${didYouMean(name, known)}; expected one of ${known.join(', ')}`,
    )
  }
}

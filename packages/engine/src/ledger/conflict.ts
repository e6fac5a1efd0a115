import { EngineError } from '../errors.ts'

const mostTurns = 30
const longestPauseMs = 8

/**
 * Runs `turn` until its compare-and-set holds: `undefined` means that somebody else was faster. The second turn follows
 * at once, later ones after a short random pause.
 *
 * @throws EngineError `ELEDGERCONFLICT` after 30 turns
 */
export async function untilWritten<T>(turn: () => Promise<T | undefined>): Promise<T> {
  for (let turns = 0; turns < mostTurns; turns++) {
    if (turns > 1)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(turns, longestPauseMs)))
    const result = await turn()
    if (result !== undefined) return result
  }
  throw new EngineError('ELEDGERCONFLICT', `other writers changed the same entry ${mostTurns} times in a row`)
}

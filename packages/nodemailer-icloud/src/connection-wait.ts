/**
 * How long to wait before the next try after a connection that failed without a word of Apple's, in ms: 1, 2, 4, 8, ... s.
 * Such a failure says nothing that the engine could remember, and most are over in a moment.
 */
export function connectionWaitMs(tries: number): number {
  return 1000 * 2 ** (tries - 1)
}

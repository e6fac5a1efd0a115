/**
 * Calls `act` after so many ms, and after what has come by then: a process that stood still finds both at once, and would take the
 * time to be over although the answer is there. Alone it keeps no process alive.
 *
 * @returns what to call when it is not needed any more
 */
export function afterTime(ms: number, act: () => void): () => void {
  let last: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    last = setImmediate(act)
  }, ms)
  timer.unref()
  return () => {
    clearTimeout(timer)
    clearImmediate(last)
  }
}

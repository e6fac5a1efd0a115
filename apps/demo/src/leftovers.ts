const leftovers = new Set<() => void>()

process.on('exit', () => {
  for (const remove of leftovers) remove()
})

/** Has `remove` called when this process ends, however it ends, short of SIGKILL. Gives a way to call it off. */
export function removeAtExit(remove: () => void): () => void {
  leftovers.add(remove)
  return () => leftovers.delete(remove)
}

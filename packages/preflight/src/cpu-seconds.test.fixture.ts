/** What something costs this process, in seconds of its CPU: on a busy machine it takes longer and costs the same. */
export async function cpuSeconds(task: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** What something costs this process, in seconds of its CPU: on a busy machine it takes longer and costs the same. A virtual
 * machine may be charged for seconds for which its host let it stand still, so leave a few. */
export async function cpuSeconds(task: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

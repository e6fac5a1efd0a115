/** The CPU time that this process took while `work` ran, in microseconds: all its threads, garbage collection included. */
export function cpuMicros(work: () => void): number {
  const before = process.cpuUsage()
  work()
  return sum(process.cpuUsage(before))
}

/** {@link cpuMicros} for work that takes its time. */
export async function cpuMicrosOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  return sum(process.cpuUsage(before))
}

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system
}

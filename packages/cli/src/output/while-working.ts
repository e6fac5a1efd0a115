import { progress } from './progress.ts'

const everyMs = 200

/** Says on a terminal what is waited for, once it takes more than a second. */
export async function whileWorking<T>(label: string, work: Promise<T>): Promise<T> {
  const bar = progress(`${label} ...`)
  const timer = setInterval(() => bar.at(0), everyMs)
  try {
    return await work
  } finally {
    clearInterval(timer)
    bar.end()
  }
}

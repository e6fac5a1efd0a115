import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What `./dev bench simulation` is asked for. */
export interface SimulationTask {
  recipients: number
  seed: number
  json: boolean
}

/** What the issue asks for, and for a short look. */
export const standardRecipients = 10_000_000
export const quickRecipients = 50_000

/** What the program itself needs, and what each recipient does: its entry in the ledger, and the truth about it. MB. */
const heapFor = { itself: 1500, recipient: 0.0012 }

/** Runs a simulation in a process of its own, as it may need far more memory than is usual. Resolves to its exit code. */
export async function runSimulation(task: SimulationTask): Promise<number> {
  const heap = Math.ceil(heapFor.itself + heapFor.recipient * task.recipients)
  const main = new URL('process.js', import.meta.url).pathname
  const flags = [`--max-old-space-size=${heap}`, '--max-semi-space-size=64']
  const child = spawn(process.execPath, [...flags, main, JSON.stringify(task)], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

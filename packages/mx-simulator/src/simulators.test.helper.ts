import { onTestFinished } from 'vitest'
import type { SimulatorOptions } from './options.ts'
import type { Simulator } from './simulator.ts'
import { startSimulator } from './start-simulator.ts'

/** Starts a simulator that ends with the test. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options)
  // Test files share a process, in which an `afterEach` here would be for the first of them only.
  onTestFinished(() => simulator.close())
  return simulator
}

/** The only host of most simulators. */
export function firstHost(simulator: Simulator): Simulator['hosts'][number] {
  const [host] = simulator.hosts
  if (host === undefined) throw new Error('no host')
  return host
}

import { afterEach } from 'vitest'
import type { SimulatorOptions } from './options.ts'
import type { Simulator } from './simulator.ts'
import { startSimulator } from './start-simulator.ts'

const running: Simulator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()))
})

/** Starts a simulator that ends with the test. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options)
  running.push(simulator)
  return simulator
}

/** The only host of most simulators. */
export function firstHost(simulator: Simulator): Simulator['hosts'][number] {
  const [host] = simulator.hosts
  if (host === undefined) throw new Error('no host')
  return host
}

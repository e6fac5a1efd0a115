import { makeCertificate } from './certificate.ts'
import { refuseUnknownOptions } from './known-options.ts'
import { closeServer, listen } from './listen.ts'
import { hostName, type Host, type SimulatorOptions } from './options.ts'
import { RunningSimulator } from './running-simulator.ts'
import { Script } from './script.ts'
import type { Simulator } from './simulator.ts'

/**
 * Starts SMTP servers that answer as Apple's MX hosts do.
 *
 * @throws SimulatorError `ERR_SIMULATOR_OPTION` if there is no such option, `ERR_SIMULATOR_STEP` if a step cannot be
 * carried out, `ERR_SIMULATOR_LISTEN` if an address or port cannot be had
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  refuseUnknownOptions(options)
  const script = new Script(options.script ?? {}, options.connection ?? [])
  const hosts = (options.hosts ?? [{}]).map((host, index): Host => ({
    name: host.name ?? hostName(index),
    address: host.address ?? options.address ?? '127.0.0.1',
    port: host.port ?? options.port ?? 0,
  }))
  const listening = await listen(hosts)
  try {
    const certificate = options.starttls === false ? null : await makeCertificate(hosts)
    return new RunningSimulator(options, script, listening, certificate)
  } catch (error) {
    await Promise.all(listening.map(({ server }) => closeServer(server)))
    throw error
  }
}

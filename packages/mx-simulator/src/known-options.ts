import { SimulatorError } from './errors.ts'
import { nearest } from './nearest.ts'
import type { HostOption, SimulatorOptions } from './options.ts'
import type { Limits } from './limits.ts'

// As objects, so that the compiler finds the option that is missing here.
const known: Readonly<Record<keyof SimulatorOptions, true>> = {
  hosts: true,
  port: true,
  address: true,
  script: true,
  connection: true,
  limits: true,
  starttls: true,
  pipelining: true,
  latencyMs: true,
  clock: true,
  history: true,
}
const knownOfHosts: Readonly<Record<keyof HostOption, true>> = { name: true, address: true, port: true }
const knownOfLimits: Readonly<Record<keyof Limits, true>> = {
  messagesPerRecipientPerMinute: true,
  connectionsPerClient: true,
}

/**
 * Refuses options that do not exist: a misspelt one would have no effect, and nobody would notice.
 *
 * @throws SimulatorError `ERR_SIMULATOR_OPTION`
 */
export function refuseUnknownOptions(options: SimulatorOptions): void {
  refuseUnknown('', options, Object.keys(known))
  if (options.hosts !== undefined && !Array.isArray(options.hosts)) {
    throw new SimulatorError(
      'ERR_SIMULATOR_OPTION',
      `\`hosts\` must be an array, found ${found(options.hosts)}.`,
    )
  }
  options.hosts?.forEach((host, index) => refuseUnknown(`hosts[${index}]`, host, Object.keys(knownOfHosts)))
  if (options.limits !== undefined) refuseUnknown('limits', options.limits, Object.keys(knownOfLimits))
}

function refuseUnknown(where: string, value: object, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = where === '' ? 'The options of startSimulator' : `\`${where}\``
    throw new SimulatorError('ERR_SIMULATOR_OPTION', `${what} must be an object, found ${found(value)}.`)
  }
  const name = Object.keys(value).find((key) => !names.includes(key))
  if (name === undefined) return
  const near = nearest(name, names)
  const shown = `${where === '' ? '' : `${where}.`}${name.slice(0, 100)}`
  const hint = near === null ? `There are ${names.join(', ')}.` : `Did you mean \`${near}\`?`
  throw new SimulatorError('ERR_SIMULATOR_OPTION', `startSimulator has no option \`${shown}\`. ${hint}`)
}

function found(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100)
}

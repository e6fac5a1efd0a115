import type { Limits } from './limits.ts'
import type { ScriptOption } from './script.ts'
import type { Step } from './step.ts'

/** One simulated MX host. */
export interface HostOption {
  /** Its name, for the greeting. Default: `mx01.mail.icloud.com` for the first host, `mx02.…` for the second, and so on. */
  name?: string
  /** The IP address to listen on. Default: `address` of the options. */
  address?: string
  /** The port to listen on, 0 for any free one. Default: `port` of the options. */
  port?: number
}

/** All optional. */
export interface SimulatorOptions {
  /** Default: one host. */
  hosts?: readonly HostOption[]
  /** 0 to 65535. Default 0: any free port. */
  port?: number
  /** An IP address. Default `127.0.0.1`. */
  address?: string
  /** What recipients get. Default: what their local part asks for. */
  script?: ScriptOption
  /** One step for each connection, the last one for all that follow. Default: none. */
  connection?: readonly Step[]
  limits?: Limits
  /** Offer STARTTLS, with a self-signed certificate. Default `true`. */
  starttls?: boolean
  /** Offer PIPELINING. Default `true`. */
  pipelining?: boolean
  /** Milliseconds to wait before each answer. Default 0. */
  latencyMs?: number
  /** The time in milliseconds since 1970, for the limits and the records. Default `Date.now`. */
  clock?: () => number
  /** How many messages and how many attempts are remembered, the newest. A whole number from 0. Default: all. */
  history?: number
}

/** A simulated host that listens. */
export interface Host {
  name: string
  address: string
  port: number
}

export function hostName(index: number): string {
  return `mx${String(index + 1).padStart(2, '0')}.mail.icloud.com`
}

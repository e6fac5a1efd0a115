import cluster from 'node:cluster'
import {
  signReturnPath,
  verifyReturnPath,
  type ReturnPathKey,
  type ReturnPathRefusal,
} from '@icloud-delivery/engine'
import type { Plugin, Todo } from './haraka.ts'
import type { LiveSettings } from './live-settings.ts'

/** The file with the keys. Haraka looks for it in its own `config` directory. */
const KEYS_FILE = 'icloud_return_path_keys'
/** The environment variable that takes its place. */
const KEYS_VARIABLE = 'ICLOUD_RETURN_PATH_KEYS'

/** What signing takes, with the settings that are in force. */
interface Signer {
  domain: string
  prefix: string
  keys: readonly ReturnPathKey[]
}

/** Signs return paths for mail of clients that may relay, if `[return_path]` says so. */
export class ReturnPaths {
  readonly #plugin: Plugin
  readonly #live: LiveSettings
  #signer: Signer | null
  #asItWas: string

  constructor(plugin: Plugin, live: LiveSettings) {
    this.#plugin = plugin
    this.#live = live
    this.#asItWas = this.#settings()
    this.#signer = this.#make()
    live.onChange(() => {
      const now = this.#settings()
      if (now === this.#asItWas) return
      this.#asItWas = now
      this.#signer = this.#make()
    })
  }

  /** Whether this mail gets a signed return path. The null sender never does: what bounces of it goes nowhere. */
  signs({ mail_from, notes }: Pick<Todo, 'mail_from' | 'notes'>): boolean {
    return this.#signer !== null && Boolean(mail_from.user) && notes.icloud?.relaying === true
  }

  /** The return path of a message for one recipient; `null` if there is none for such an address. */
  sign({ uuid, notes, rcpt_to: [recipient] }: Todo): string | null {
    if (this.#signer === null || !recipient) return null
    try {
      // What a bounce is likely to name: its Message-ID, or the id in Haraka's Received field, without the number of the part.
      const messageId = notes.icloud?.messageId ?? uuid.replace(/\.\d+$/, '')
      return signReturnPath({ ...this.#signer, recipient: recipient.address, messageId }).address
    } catch (error) {
      this.#plugin.logerror(`${uuid}: its return path cannot be signed: ${String(error)}`)
      return null
    }
  }

  /** What an address that bounces come back to is worth. `null`: it is none of that domain and form. */
  verify(address: string): 'valid' | ReturnPathRefusal | null {
    if (this.#signer === null) return null
    const path = verifyReturnPath(address, this.#signer)
    if (path.valid) return 'valid'
    return path.reason === 'not-signed' ? null : path.reason
  }

  #settings(): string {
    const { returnPathDomain, returnPathPrefix } = this.#live.current
    return JSON.stringify([returnPathDomain, returnPathPrefix])
  }

  #make(): Signer | null {
    const { returnPathDomain: domain, returnPathPrefix: prefix } = this.#live.current
    if (domain === null) return null
    const fromVariable = process.env[KEYS_VARIABLE]
    // Haraka keeps one callback for each file, that of the last reading.
    const lines =
      fromVariable?.split(/[\n,]/) ?? this.#plugin.config.get(KEYS_FILE, 'list', () => this.#again())
    const signer = { domain, prefix, keys: keysIn(lines) }
    try {
      signReturnPath({ ...signer, recipient: 'anna@icloud.com', messageId: 'a try' })
      return signer
    } catch (error) {
      const where =
        fromVariable === undefined ? `config/${KEYS_FILE}` : `the environment variable ${KEYS_VARIABLE}`
      if (cluster.isPrimary)
        this.#plugin.logerror(
          `${where}: expected a key on each line, as "k1 <32 characters or more>", the one in use first; ` +
            `mail goes with its own return path: ${error instanceof Error ? error.message : String(error)}`,
        )
      return null
    }
  }

  #again(): void {
    this.#signer = this.#make()
    if (cluster.isPrimary && this.#signer !== null)
      this.#plugin.lognotice(`config/${KEYS_FILE} was read again`)
  }
}

/** `<id> <secret>` on each line. */
function keysIn(lines: unknown): ReturnPathKey[] {
  if (!Array.isArray(lines)) return []
  return lines.flatMap((line: unknown) => {
    const [id = '', secret = ''] = String(line).trim().split(/\s+/, 2)
    return id === '' ? [] : [{ id, secret }]
  })
}

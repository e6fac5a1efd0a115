import type { Engine } from '@icloud-delivery/engine'
import { readSettings, type LedgerFlags, type Settings } from '../config/settings.ts'
import { visible } from '../output/visible.ts'
import { findLedger, type LedgerPlace } from './find-ledger.ts'

/** What a command with a ledger works with. */
export interface Opened {
  engine: Engine
  place: LedgerPlace
  settings: Settings
}

/** How a command uses the ledger. */
export interface LedgerUse {
  /** Outcomes are recorded: those that wait in the buffer beside the ledger are written too. Default: none is. */
  records?: boolean
  /** A missing file is made, and it is said so. Default: that is an error. */
  mayMake?: boolean
}

/**
 * Opens the ledger, does the work, and closes it.
 *
 * @throws CliError `ENOLEDGER`, `ECONFIG`; and what the engine throws
 */
export async function withEngine<T>(
  flags: LedgerFlags,
  work: (opened: Opened) => Promise<T>,
  { records = false, mayMake = false }: LedgerUse = {},
): Promise<T> {
  const settings = await readSettings(flags)
  const place = findLedger(settings, mayMake)
  const { createEngine, openLedger } = await import('@icloud-delivery/engine')
  // Opened here, so that what is wrong with it is said at once.
  const ledger = await openLedger(place.url)
  if (!place.exists) console.error(`Made a new ledger: ${visible(place.shown)}`)
  try {
    const engine = createEngine({
      ledger,
      buffer: records ? (settings.buffer ?? (place.file === null ? null : `${place.file}.buffer`)) : null,
      ...(settings.policy !== undefined && { policy: settings.policy }),
      ...(settings.sameMailbox !== undefined && { sameMailbox: settings.sameMailbox }),
      ...(settings.addressKeys !== undefined && { addressKeys: settings.addressKeys }),
      logger: { warn: say, error: say },
    })
    try {
      return await work({ engine, place, settings })
    } finally {
      await engine.close()
    }
  } finally {
    await ledger.close()
  }
}

function say(message: string): void {
  console.error(visible(message))
}

import type { Engine, EngineOptions } from '@icloud-delivery/engine'
import { readSettings, type LedgerFlags, type Settings } from '../config/settings.ts'
import { visible } from '../output/visible.ts'
import { findLedger, type LedgerPlace } from './find-ledger.ts'
import { onTrial } from './on-trial.ts'

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
  /** Looks whether what the work needs is there. What it throws ends the command before a file is made. */
  before?: (settings: Settings) => unknown
}

/**
 * Opens the ledger, does the work, and closes it.
 *
 * @throws CliError `ENOLEDGER`, `ECONFIG`; and what the engine throws
 */
export async function withEngine<T>(
  flags: LedgerFlags,
  work: (opened: Opened) => Promise<T>,
  { records = false, mayMake = false, before }: LedgerUse = {},
): Promise<T> {
  const settings = await readSettings(flags)
  const place = findLedger(settings, mayMake)
  await before?.(settings)
  const { createEngine, openLedger } = await import('@icloud-delivery/engine')
  const options = engineOptions(settings)
  // What is wrong with the options is said before a file is made.
  if (!place.exists) await onTrial(() => {}, options)
  // Opened here, so that what is wrong with it is said at once.
  const ledger = await openLedger(place.url)
  if (!place.exists) console.error(`Made a new ledger: ${visible(place.shown)}`)
  try {
    const engine = createEngine({
      ...options,
      ledger,
      buffer: records ? (settings.buffer ?? (place.file === null ? null : `${place.file}.buffer`)) : null,
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

function engineOptions({
  policy,
  sameMailbox,
  addressKeys,
}: Settings): Omit<EngineOptions, 'ledger' | 'buffer'> {
  return {
    ...(policy !== undefined && { policy }),
    ...(sameMailbox !== undefined && { sameMailbox }),
    ...(addressKeys !== undefined && { addressKeys }),
    logger: { warn: say, error: say },
  }
}

function say(message: string): void {
  console.error(visible(message))
}

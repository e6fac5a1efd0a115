import type { LogFormat } from '@icloud-delivery/feedback'
import { CliError } from '../cli-error.ts'
import type { LedgerFlags } from '../config/settings.ts'
import type { JsonFlag } from '../input/options.ts'

/** The flags of `ingest`. */
export interface IngestFlags extends LedgerFlags, JsonFlag {
  maildir?: string
  mbox?: string
  imap?: true
  log?: string
  deliveredTo?: string
  moveTo?: string
  keep?: true
  state?: string
  folder?: string
  follow?: true
  format?: LogFormat
  direct?: true
  timeZone?: string
  stream?: string
  lane?: string
  create?: true
}

/** Where replies come from. */
export type Source = 'message' | 'maildir' | 'mbox' | 'imap' | 'log'

const belongs: Readonly<Partial<Record<keyof IngestFlags, readonly Source[]>>> = {
  deliveredTo: ['message'],
  moveTo: ['maildir', 'imap'],
  keep: ['maildir'],
  state: ['imap', 'log'],
  folder: ['imap'],
  follow: ['log'],
  format: ['log'],
  direct: ['log'],
  timeZone: ['log'],
}

/**
 * The source that the flags name; a message on standard input without one.
 *
 * @throws CliError `EUSAGE` for several, or for a flag that means nothing there
 */
export function sourceOf(flags: IngestFlags): Source {
  const named = (['maildir', 'mbox', 'imap', 'log'] as const).filter((name) => flags[name] !== undefined)
  if (named.length > 1)
    throw new CliError('EUSAGE', `one source at a time: --${named.join(' and --')} cannot be read together`)
  const source = named[0] ?? 'message'
  for (const [flag, sources] of Object.entries(belongs)) {
    if (flags[flag as keyof IngestFlags] === undefined || sources.includes(source)) continue
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new CliError('EUSAGE', `--${name} goes with ${sources.map(sourceName).join(' or ')} only`)
  }
  return source
}

function sourceName(source: Source): string {
  return source === 'message' ? 'a message on standard input' : `--${source}`
}

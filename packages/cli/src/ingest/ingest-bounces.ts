import type { BounceProgress, BounceResult, BounceStatus, Bounces } from '@icloud-delivery/feedback'
import { CliError } from '../cli-error.ts'
import type { Opened } from '../ledger/with-engine.ts'
import { printListing } from '../output/listing.ts'
import { progress } from '../output/progress.ts'
import { counted, countWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { bounceOptions } from './bounce-options.ts'
import { imapAccount } from './imap-account.ts'
import type { IngestFlags, Source } from './ingest-flags.ts'

/** How many results there were of each kind. */
export type BounceCounts = Partial<Record<BounceStatus, number>>

const columns = [
  { name: 'message', least: 10 },
  { name: 'status' },
  { name: 'recipient' },
  { name: 'rule' },
  { name: 'why', least: 24, below: true },
] as const

/** Reads bounce messages from a source and prints what became of each. */
export async function ingestBounces(
  source: Exclude<Source, 'log'>,
  flags: IngestFlags,
  { engine, settings }: Pick<Opened, 'engine' | 'settings'>,
  signal: AbortSignal,
): Promise<BounceCounts> {
  const { createBounces, createFeedback } = await import('@icloud-delivery/feedback')
  const { lane, stream, json } = flags
  const feedback = createFeedback({ engine, ...(lane !== undefined && { lane }) })
  if (settings.returnPath === undefined && settings.relays === undefined)
    console.error(
      'No keys of return paths and no relays are configured ("returnPath", "relays"): bounces are listed, and none is believed.',
    )
  const bounces = createBounces(bounceOptions(feedback, settings, stream))
  const bar = progress('Reading')
  const tell = ({ done, total, bytes, totalBytes }: BounceProgress): void =>
    total === null
      ? bar.at(bytes, counted(done, 'message'), totalBytes)
      : bar.at(done, counted(done, 'message'), total)
  const counts: BounceCounts = {}
  const read = results(source, flags, bounces, settings, { progress: tell, signal })
  try {
    await printListing(countedIn(read, counts), { columns, row, json, empty: 'There is nothing to read.' })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    bar.end()
  }
  if (json === true) await write(process.stdout, `${visibleJson({ summary: counts })}\n`)
  else console.error(summaryWords(counts))
  return counts
}

interface Walk {
  progress: (progress: BounceProgress) => void
  signal: AbortSignal
}

async function* results(
  source: Exclude<Source, 'log'>,
  { maildir = '', mbox = '', deliveredTo, moveTo, keep, folder, state }: IngestFlags,
  bounces: Bounces,
  settings: Opened['settings'],
  walk: Walk,
): AsyncGenerator<BounceResult> {
  if (source === 'message') {
    yield* await bounces.message(process.stdin, deliveredTo === undefined ? {} : { deliveredTo })
  } else if (source === 'mbox') {
    yield* bounces.mbox(mbox === '-' ? process.stdin : mbox, walk)
  } else if (source === 'maildir') {
    const options = { ...(moveTo !== undefined && { moveTo }), ...(keep === true && { keep }) }
    yield* bounces.maildir(maildir, { ...walk, ...options })
  } else {
    if (folder === '') throw new CliError('EUSAGE', '--folder must be the name of a folder')
    yield* bounces.imap({
      ...imapAccount(settings),
      ...walk,
      ...(folder !== undefined && { folder }),
      ...(moveTo !== undefined && { moveTo }),
      ...(state !== undefined && { state }),
    })
  }
}

async function* countedIn(
  all: AsyncIterable<BounceResult>,
  counts: BounceCounts,
): AsyncGenerator<BounceResult> {
  for await (const one of all) {
    counts[one.status] = (counts[one.status] ?? 0) + 1
    yield one
  }
}

function row({ source, status, recipient, verdict, reason }: BounceResult): (string | null)[] {
  return [source, status, recipient, verdict?.rule ?? null, reason]
}

/** Such as `3 recorded, 1 unsigned.`. */
export function summaryWords(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${countWords(count)} ${status}`)
  return parts.length === 0 ? 'Nothing was read.' : `${parts.join(', ')}.`
}

import type { LogSummary } from '@icloud-delivery/feedback'
import type { Opened } from '../ledger/with-engine.ts'
import { progress } from '../output/progress.ts'
import { countWords } from '../output/time-words.ts'
import { visible, visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { summaryWords } from './ingest-bounces.ts'
import type { IngestFlags } from './ingest-flags.ts'

/** Records what Apple replied according to a log; with `--follow` until the signal. */
export async function ingestLogFile(
  log: string,
  { json, lane, stream, state, follow, format, direct, timeZone }: IngestFlags,
  { engine }: Pick<Opened, 'engine'>,
  signal: AbortSignal,
): Promise<void> {
  const { createFeedback, ingestLog } = await import('@icloud-delivery/feedback')
  const bar = progress('Reading')
  let recorded = 0
  const summary = await ingestLog(log, {
    feedback: createFeedback({ engine, ...(lane !== undefined && { lane }) }),
    signal,
    ...(state !== undefined && { state }),
    ...(follow === true && { follow }),
    ...(format !== undefined && { format }),
    ...(direct === true && { direct }),
    ...(timeZone !== undefined && { timeZone }),
    ...(stream !== undefined && { annotate: () => ({ stream }) }),
    onResult: (_, { status }) => {
      if (status === 'recorded') recorded++
    },
    onProgress: ({ bytes, totalBytes }) => {
      if (follow !== true) bar.at(bytes, `${countWords(recorded)} recorded`, totalBytes)
    },
    onWarning: (message) => console.error(visible(message)),
  }).finally(() => bar.end())
  await write(process.stdout, `${json === true ? visibleJson(summary) : logWords(summary)}\n`)
}

function logWords({ format, counts }: LogSummary): string {
  return format === null ? 'The log is empty.' : `Log of ${format}: ${summaryWords(counts)}`
}

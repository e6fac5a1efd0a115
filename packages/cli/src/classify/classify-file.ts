import { statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { BounceResult, LogFormat } from '@icloud-delivery/feedback'
import { classify } from '@icloud-delivery/rules'
import { LineSplitter, type InputLine } from '../input/line-splitter.ts'
import { openFile, type OpenedFile } from '../input/open-file.ts'
import { kindOf } from './kind-of.ts'
import { nothingRecorded } from './nothing-recorded.ts'
import type { ReplyCounts } from './reply-counts.ts'

/** What a file turned out to be. */
export type FileKind = LogFormat | 'mbox' | 'maildir' | 'message' | 'lines'

/** The rest of a longer line is not looked at. Bytes. */
const mostBytesALine = 64 * 1024

/** Whether a line can hold a reply at all: three digits of which the first is 2, 4 or 5. */
const mayHoldReply = /(?:^|\D)[245]\d\d(?:\D|$)/

/** Told how far it is: bytes, or messages of so many. */
export type Tell = (done: number, total: number | null) => void

/**
 * Counts the replies in a log, a mailbox or any lines, and says what it was. A path that is `-` is standard input. Memory stays the
 * same however large it is.
 *
 * @throws CliError `EFILE`, FeedbackError `EINPUT`
 */
export async function classifyFile(path: string, counts: ReplyCounts, tell: Tell): Promise<FileKind> {
  if (path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    await nothingRecorded(async (bounces) =>
      countBounces(
        bounces.maildir(path, { keep: true, progress: ({ done, total }) => tell(done, total) }),
        counts,
      ),
    )
    return 'maildir'
  }
  const file = openFile(path)
  const { sample, chunks } = await sampled(file.chunks)
  const kind = kindOf(sample)
  const watched = toldChunks(chunks, file, tell)
  if (kind === 'lines') await countLinesOf(watched, counts)
  else if (kind === 'mbox' || kind === 'message')
    await nothingRecorded(async (bounces) =>
      countBounces(kind === 'mbox' ? bounces.mbox(watched) : await bounces.message(watched), counts),
    )
  else
    await countLog(
      path === '-' || file.isPacked() ? Readable.from(watched) : path,
      kind,
      counts,
      tell,
      watched,
    )
  return kind
}

/** The beginning, and all of it. */
async function sampled(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ sample: string; chunks: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let length = 0
  while (length < mostBytesALine) {
    const { done, value } = await iterator.next()
    if (done === true) break
    first.push(value)
    length += value.length
  }
  const all = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* first
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
        yield step.value
    } finally {
      await iterator.return?.()
    }
  }
  return { sample: Buffer.concat(first).toString('utf8', 0, mostBytesALine), chunks: all() }
}

async function* toldChunks(
  chunks: AsyncGenerator<Uint8Array>,
  { size, done }: OpenedFile,
  tell: Tell,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    tell(done(), size)
    yield chunk
  }
}

async function countLog(
  input: string | Readable,
  format: LogFormat,
  counts: ReplyCounts,
  tell: Tell,
  unused: AsyncGenerator<Uint8Array>,
): Promise<void> {
  // It reads the file by itself, which is faster.
  if (typeof input === 'string') await unused.return(undefined)
  const { readLog } = await import('@icloud-delivery/feedback')
  const replies = readLog(input, {
    format,
    // Whose message it was is not asked here.
    joins: false,
    ...(typeof input === 'string' && { onProgress: ({ bytes, totalBytes }) => tell(bytes, totalBytes) }),
  })
  for await (const { outcome, recipient } of replies) {
    counts.read()
    if (outcome.kind === 'delivered') counts.accept()
    else
      counts.add(
        classify(outcome.text, { mx: outcome.host ?? null, recipient, phase: outcome.phase ?? null }),
      )
  }
}

async function countBounces(
  results: AsyncIterable<BounceResult> | Iterable<BounceResult>,
  counts: ReplyCounts,
): Promise<void> {
  for await (const { verdict, status } of results) {
    if (status === 'not-a-bounce') continue
    counts.read()
    if (verdict !== null) counts.add(verdict)
  }
}

async function countLinesOf(chunks: AsyncIterable<Uint8Array>, counts: ReplyCounts): Promise<void> {
  const splitter = new LineSplitter(mostBytesALine)
  for await (const chunk of chunks) countLines(splitter.push(chunk), counts)
  countLines(splitter.end(), counts)
}

function countLines(lines: Iterable<InputLine>, counts: ReplyCounts): void {
  for (const { text } of lines) {
    counts.read()
    if (text !== null && mayHoldReply.test(text)) counts.add(classify(text))
  }
}

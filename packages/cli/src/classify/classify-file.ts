import { classify } from '@icloud-delivery/rules'
import { LineSplitter, type InputLine } from '../input/line-splitter.ts'
import type { OpenedFile } from '../input/open-file.ts'
import type { ReplyCounts } from './reply-counts.ts'

/** The rest of a longer line is not looked at. Bytes. */
const mostBytesALine = 64 * 1024

/** Whether a line can hold a reply at all: three digits of which the first is 2, 4 or 5. */
const mayHoldReply = /(?:^|\D)[245]\d\d(?:\D|$)/

/** Counts the replies in a file, line by line. */
export async function classifyFile(file: OpenedFile, counts: ReplyCounts, tell: () => void): Promise<void> {
  const splitter = new LineSplitter(mostBytesALine)
  for await (const chunk of file.chunks) {
    countLines(splitter.push(chunk), counts)
    tell()
  }
  countLines(splitter.end(), counts)
}

function countLines(lines: Iterable<InputLine>, counts: ReplyCounts): void {
  for (const { text } of lines) {
    counts.read()
    if (text !== null && mayHoldReply.test(text)) counts.add(classify(text))
  }
}

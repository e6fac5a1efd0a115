import type { Writable } from 'node:stream'
import type { ReplyContext } from '@icloud-delivery/rules'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { answerLine, lineError } from './answer-line.ts'
import { LineSplitter, type InputLine } from '../input/line-splitter.ts'

/** The longest line that is read. Bytes. */
export const MOST_BYTES_A_LINE: number = 1024 * 1024

/** Answers are written in pieces of about this size. Characters. */
const PIECE = 64 * 1024

/**
 * Answers each line of the input by one line of JSON, in order. Blank lines get no answer. Reads no faster than the
 * answers are taken, and answers what it has read before it waits for more.
 *
 * @param defaults - serve for what a line does not tell
 * @returns whether every line could be answered
 */
export async function explainLines(
  input: AsyncIterable<Uint8Array>,
  output: Writable,
  defaults: ReplyContext,
): Promise<boolean> {
  const splitter = new LineSplitter(MOST_BYTES_A_LINE)
  let allAnswered = true

  async function answer(lines: Iterable<InputLine>): Promise<void> {
    let answers = ''
    for (const line of lines) {
      const answered = answerFor(line, defaults)
      if (answered === null) continue
      if ('error' in answered) allAnswered = false
      answers += `${visibleJson(answered)}\n`
      if (answers.length < PIECE) continue
      await write(output, answers)
      answers = ''
    }
    if (answers !== '') await write(output, answers)
  }

  for await (const chunk of input) await answer(splitter.push(chunk))
  await answer(splitter.end())
  return allAnswered
}

function answerFor(
  { number, text }: InputLine,
  defaults: ReplyContext,
): ReturnType<typeof answerLine> | null {
  if (text === null) {
    const message = `The line is longer than ${MOST_BYTES_A_LINE} bytes. Give one reply a line.`
    return lineError('ELINE', message, number)
  }
  // A byte order mark is no part of the first line.
  const line = number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text
  return line.trim() === '' ? null : answerLine(line, number, defaults)
}

import type { LogFormatting } from '../log-parser.ts'
import type { LogFormat } from '../log-reply.ts'
import { exim } from './exim.ts'
import { harakaDecisions } from './haraka-plugin-icloud.ts'
import { haraka } from './haraka.ts'
import { kumomta } from './kumomta.ts'
import { postfix } from './postfix.ts'
import { powermta } from './powermta.ts'

/** How each format is read. */
export const formats: Readonly<Record<LogFormat, LogFormatting>> = {
  postfix,
  exim,
  haraka,
  'haraka-plugin-icloud': harakaDecisions,
  powermta,
  kumomta,
}

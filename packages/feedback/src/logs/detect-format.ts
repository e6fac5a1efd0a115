import type { LogFormat } from './log-reply.ts'

const decision =
  /\] \[(?:haraka-plugin-)?icloud\] |"origin":"(?:haraka-plugin-)?icloud"|origin=(?:haraka-plugin-)?icloud /

const signs: readonly [LogFormat, RegExp][] = [
  ['powermta', /^type,(?=.*\brcpt\b)/],
  ['kumomta', /^\{(?=.*"type":)(?=.*"recipient":)/],
  ['postfix', / \S*postfix\S{0,100}\/\w{1,30}\[\d{1,10}\]: /],
  [
    'exim',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S{0,10} (?:[+-]\d{4} )?(?:\[\d{1,10}\] )?[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} (?:<=|=>|->|\*\*|==|Completed)/,
  ],
  ['haraka', /\[[A-Z]{4,8}\] \[[\w.-]{1,80}\] \[[\w./-]{1,80}\] |level=[A-Z]{4,8} uuid=|"uuid":.*"origin":/],
]

/**
 * The format of a log, by its first lines; `null` if it is none of them. Where haraka-plugin-icloud writes too, its lines say more
 * than Haraka's own, and so it is `haraka-plugin-icloud`.
 *
 * @param sample the beginning of the file: 64 KiB will do
 */
export function detectLogFormat(sample: string): LogFormat | null {
  for (const whole of sample.split('\n', 500)) {
    const line = whole.slice(0, 4096)
    const found = signs.find(([, pattern]) => pattern.test(line))?.[0]
    if (found === 'haraka') return decision.test(sample) ? 'haraka-plugin-icloud' : 'haraka'
    if (found !== undefined) return found
  }
  return null
}

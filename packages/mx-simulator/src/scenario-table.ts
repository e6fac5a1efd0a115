import { rules } from '@icloud-delivery/rules'
import { scenarioFor, specialScenarios } from './scenario.ts'
import { wrap } from './wrap.ts'

const narrowest = 60

const notes = [
  'After a name: -2 for its second wording, -554 or -pbl for the wording with this code or word, then -close to ' +
    'hang up after the reply. A +tag after the local part is ignored, and any domain will do.',
  'Senders named service-unavailable or sender-domain-not-found are refused at MAIL; RCPT then gets a 503.',
]

/**
 * All recipients that get something else than "accepted", for people to read.
 *
 * @param columns lines are wrapped to so many, at least 60; `Infinity`: one line for each recipient
 */
export function scenarioTable(columns: number): string {
  const known = rules.map(({ id }) => scenarioFor(id)).filter((scenario) => scenario !== null)
  const width = Math.max(...known.map(({ name }) => name.length)) + 2
  const room = Math.max(columns, narrowest)
  // Where there is little room beside the names, the replies go below them.
  const isBeside = room >= width + 70
  const indent = isBeside ? width : 4
  const row = (name: string, does: string): string =>
    (isBeside ? name.padEnd(width) : `${name}\n${' '.repeat(indent)}`) +
    wrap(does, room - indent).join(`\n${' '.repeat(indent)}`)
  const when = { rcpt: 'RCPT', data: 'DATA', eod: 'end of data' }
  return [
    row('local part', 'reply'),
    ...known.map(({ name, phase, reply }) =>
      row(name, `at ${when[phase]}: ${reply.replaceAll('\n', ' / ')}`),
    ),
    ...Object.entries(specialScenarios).map(([name, { does }]) => row(name, does)),
    row('slow-30', 'accepts, 30 s after the final dot'),
    row('any other', 'accepts'),
    '',
    ...notes.flatMap((note) => wrap(note, Math.min(room, 110))),
  ].join('\n')
}

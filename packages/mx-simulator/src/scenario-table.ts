import { rules } from '@icloud-delivery/rules'
import { scenarioFor, specialScenarios } from './scenario.ts'

/** All recipients that get something else than "accepted", for people to read. */
export function scenarioTable(): string {
  const known = rules.map(({ id }) => scenarioFor(id)).filter((scenario) => scenario !== null)
  const width = Math.max(...known.map(({ name }) => name.length)) + 2
  const row = (name: string, does: string): string => `${name.padEnd(width)}${does}`
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
    'After a name: -2 for its second wording, -554 or -pbl for the wording with this code or word, then -close to',
    'hang up after the reply. A +tag after the local part is ignored, and any domain will do.',
    'Senders named service-unavailable or sender-domain-not-found are refused at MAIL; RCPT then gets a 503.',
  ].join('\n')
}

import type { LogFormatting } from '../log-parser.ts'
import { replied, type LogOutcome } from '../log-reply.ts'
import { isApples } from '../whose-line.ts'
import type { Phase } from '@icloud-delivery/rules'
import { harakaLine } from './haraka-line.ts'

const phases: readonly Phase[] = ['connect', 'helo', 'mail', 'rcpt', 'data', 'eod', 'quit']
const pair = /(?:^| )(message|recipient|action|phase|mx|reply)=("[^"]*"|<[^>]*>|\S+)/g

/**
 * The lines that haraka-plugin-icloud writes for each decision. Those without a reply, such as that a message waits, are no
 * attempts.
 */
export const harakaDecisions: LogFormatting = {
  joins: [],
  always: [],
  parser: (clock) => ({
    parse(line) {
      const found = harakaLine(line, clock)
      if (found === null || !/^(?:haraka-plugin-)?icloud$/.test(found.origin)) return null
      const fields = new Map<string, string>()
      for (const [, name, value] of found.message.matchAll(pair)) {
        if (!fields.has(name!)) fields.set(name!, value!.replace(/^["<]|[">]$/g, ''))
      }
      const recipient = fields.get('recipient')
      const reply = fields.get('reply')
      const mx = fields.get('mx') ?? null
      if (!recipient?.includes('@') || reply === undefined) return null
      const phase = phases.find((each) => each === fields.get('phase')) ?? null
      const action = fields.get('action')
      const outcome: LogOutcome =
        action === 'delivered'
          ? { kind: 'delivered', text: reply, host: mx }
          : replied(reply, mx, phase, action !== 'retry' && action !== 'hold')
      if (!isApples(recipient, null, outcome)) return null
      return [
        {
          at: found.at,
          recipient,
          sender: null,
          messageId: null,
          queueId: fields.get('message') ?? null,
          source: null,
          outcome,
        },
      ]
    },
  }),
}

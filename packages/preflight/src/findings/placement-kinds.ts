import type { Kind } from './kind.ts'

type PlacementCode =
  | 'placement-junk'
  | 'placement-missing'
  | 'placement-other'
  | 'placement-unknown'
  | 'placement-not-kept'

/** Where test mail to seeds is found. */
export const placementKinds: Readonly<Record<PlacementCode, Kind>> = {
  'placement-junk': {
    severity: 'warning',
    risks: ['policy-cs01', 'policy-hm08'],
    title: 'The test mail was found in Junk',
    fix: 'Look at authentication, content and complaints; mail to engaged readers only until it is in the inbox again',
  },
  'placement-missing': {
    severity: 'warning',
    risks: ['policy-cs01', 'policy-hm08'],
    title: 'The test mail was found in no folder in time',
    fix: 'Look in the ledger or your server’s log whether it was taken; mail that is taken and never seen was thrown away by a filter',
  },
  'placement-other': {
    severity: 'note',
    risks: [],
    title: 'The test mail was found in a folder of the user’s own',
    fix: 'Take the rule out of the seed’s mailbox, so that it shows what others see',
  },
  'placement-unknown': {
    severity: 'unknown',
    risks: [],
    title: 'Nobody knows where the test mail is',
    fix: 'Mend what is named: the send, or the log-in to the mailbox',
  },
  'placement-not-kept': {
    severity: 'unknown',
    risks: [],
    title: 'The ledger did not keep where the test mail was found',
    fix: 'Check the ledger; whether the placement changed is not known',
  },
}

import type { Kind } from './kind.ts'

type SpfCode =
  | 'spf-missing'
  | 'spf-multiple'
  | 'spf-syntax'
  | 'spf-broken-include'
  | 'spf-ip-not-covered'
  | 'spf-too-many-lookups'
  | 'spf-too-many-void-lookups'
  | 'spf-pass-all'
  | 'spf-no-all'
  | 'spf-ptr'
  | 'spf-unaligned'

/** What can be wrong with SPF. */
export const spfKinds: Readonly<Record<SpfCode, Kind>> = {
  'spf-missing': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The domain has no SPF record',
    fix: 'Publish one TXT record that names every IP and service that sends: v=spf1 ip4:... include:... -all',
  },
  'spf-multiple': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The domain has more than one SPF record, which counts as none',
    fix: 'Merge them into one record',
  },
  'spf-syntax': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The SPF record cannot be read',
    fix: 'Correct the term that is named; a record with one bad term fails as a whole',
  },
  'spf-broken-include': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The SPF record includes a domain that has no usable SPF record',
    fix: 'Take the include out, or correct its name with the service that it stands for',
  },
  'spf-ip-not-covered': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'SPF does not pass for a sending IP',
    fix: 'Add the IP, or the include of the service that it belongs to, to the SPF record',
  },
  'spf-too-many-lookups': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The SPF record needs more than ten DNS look-ups, so receivers give up on it',
    fix: 'Take out services that no longer send, and replace includes by ip4 and ip6 where the addresses are fixed',
  },
  'spf-too-many-void-lookups': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'More than two look-ups of the SPF record find nothing, so receivers give up on it',
    fix: 'Take out the names that do not exist any more',
  },
  'spf-pass-all': {
    severity: 'error',
    risks: ['authentication-failure', 'policy-hm08'],
    title: 'The SPF record lets the whole world send for the domain',
    fix: 'End the record with -all or ~all',
  },
  'spf-no-all': {
    severity: 'warning',
    risks: ['authentication-failure'],
    title: 'The SPF record does not say what holds for all other IPs',
    fix: 'End the record with -all or ~all',
  },
  'spf-ptr': {
    severity: 'note',
    risks: [],
    title: 'The SPF record uses ptr, which receivers may leave out',
    fix: 'Name the addresses by ip4, ip6 or a instead',
  },
  'spf-unaligned': {
    severity: 'warning',
    risks: ['dmarc-failure'],
    title: 'SPF passes for a domain that is not aligned with From, so DMARC depends on DKIM alone',
    fix: 'Use a return-path at the From domain or a subdomain of it',
  },
}
